/* Key and headers of events, beyond the golden files of check_event.c: what is taken over from a command, and when not. */
#include "codec/event.h"

#include "event_case.h"

static const char *const echo_headers[] = {"correlation-id", NULL};

static struct config config = {
    .events_created_topic = (char *)(uintptr_t) "study-sessions.created",
    .events_rejected_topic = (char *)(uintptr_t) "study-sessions.rejected",
    .events_source = (char *)(uintptr_t) "/sessiond/study-sessions.commands",
    .events_echo_headers = (char **)(uintptr_t)echo_headers,
    .commands_max_bytes = 65536,
};
static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct outbound encode(const struct batch_item *item)
{
    struct event_encoder *encoder = event_encoder_new(&config, NULL, NULL);
    struct outbound out = {0};

    event_encode(encoder, item, &arena, &out);
    event_encoder_free(encoder);
    return out;
}

static void item_headers(struct batch_item *item, const char *text)
{
    case_headers(&item->record, text, &arena);
}

static void assert_bare(const struct outbound *out)
{
    const char *id = "7d1f3a52-6c1e-4b0a-9e55-0f6c1b2d3e4f";

    ck_assert(bytes_equal(out->key, bytes_of(id)));
    ck_assert(header_of(out, "correlation-id") == NULL);
    ck_assert(header_of(out, "tracestate") == NULL);
    assert_header(out, "ce_correlationid", id);
    assert_header(out, "ce_causationid", id);
}

#define FULL_HEADERS                                                                                                   \
    "ce_id=c; ce_correlationid=f; correlation-id=e; tracestate=s=1; "                                                  \
    "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

START_TEST(an_oversized_envelope_is_answered_under_the_command_id_and_without_echo)
{
    struct batch_item item = created_item();

    item_headers(&item, FULL_HEADERS);
    item.record.key = bytes_of("k");
    item.record.value = bytes_of("a value of any size");
    config.commands_max_bytes = (int64_t)record_envelope_size(&item.record);
    struct outbound fits = encode(&item);
    ck_assert(bytes_equal(fits.key, bytes_of("k")));
    assert_header(&fits, "correlation-id", "e");

    config.commands_max_bytes--;
    struct outbound bare = encode(&item);
    assert_bare(&bare);
    ck_assert(bytes_equal(bare.value, fits.value));
}
END_TEST

START_TEST(an_event_that_its_topic_refused_is_answered_bare)
{
    struct batch_item item = created_item();

    item_headers(&item, FULL_HEADERS);
    item.record.key = bytes_of("k");
    item.command.ce_id = bytes_of("of a structured event");
    item.fit = FIT_BARE;
    struct outbound bare = encode(&item);
    assert_bare(&bare);
}
END_TEST

START_TEST(the_id_of_a_structured_event_is_the_causation)
{
    struct batch_item item = created_item();

    item_headers(&item, "ce_id=of the headers");
    item.command.ce_id = bytes_of("of the envelope");
    struct outbound out = encode(&item);
    assert_header(&out, "ce_causationid", "of the envelope");
}
END_TEST

START_TEST(a_trace_is_continued_with_a_span_of_the_records_own)
{
    struct batch_item item = created_item();

    item_headers(&item, "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; tracestate=rojo=1");
    struct outbound out = encode(&item);
    struct bytes first = header_of(&out, "traceparent")->value;
    ck_assert(memcmp(first.data, "00-4bf92f3577b34da6a3ce929d0e0e4736-", 36) == 0);
    ck_assert(memcmp(first.data + 36, "00f067aa0ba902b7", 16) != 0);
    assert_header(&out, "tracestate", "rojo=1");

    struct outbound again = encode(&item);
    ck_assert(bytes_equal(header_of(&again, "traceparent")->value, first));
    item.record.offset++;
    struct outbound next = encode(&item);
    ck_assert(!bytes_equal(header_of(&next, "traceparent")->value, first));
}
END_TEST

START_TEST(what_is_malformed_ends_the_trace_or_its_state)
{
    struct batch_item item = created_item();

    item_headers(&item, "traceparent=00-nonsense; tracestate=rojo=1; ce_traceparent=nonsense; ce_tracestate=rojo=1");
    struct outbound out = encode(&item);
    ck_assert(header_of(&out, "traceparent") == NULL && header_of(&out, "tracestate") == NULL);
    ck_assert(header_of(&out, "ce_traceparent") == NULL && header_of(&out, "ce_tracestate") == NULL);

    item_headers(&item, "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; tracestate=nonsense");
    out = encode(&item);
    ck_assert(header_of(&out, "traceparent") != NULL && header_of(&out, "tracestate") == NULL);
}
END_TEST

START_TEST(where_a_transmission_began_is_copied_as_it_is)
{
    struct batch_item item = created_item();

    item_headers(&item, "ce_traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01; ce_tracestate=rojo=1");
    struct outbound out = encode(&item);
    assert_header(&out, "ce_traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_header(&out, "ce_tracestate", "rojo=1");
    ck_assert(header_of(&out, "traceparent") == NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_headers");
    TCase *tcase = tcase_create("event_headers");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, an_oversized_envelope_is_answered_under_the_command_id_and_without_echo);
    tcase_add_test(tcase, an_event_that_its_topic_refused_is_answered_bare);
    tcase_add_test(tcase, the_id_of_a_structured_event_is_the_causation);
    tcase_add_test(tcase, a_trace_is_continued_with_a_span_of_the_records_own);
    tcase_add_test(tcase, what_is_malformed_ends_the_trace_or_its_state);
    tcase_add_test(tcase, where_a_transmission_began_is_copied_as_it_is);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
