/*
 * Key and headers of events, beyond the golden files of check_event.c: what is taken over from a command, and when not.
 */
#include "codec/event.h"

#include "event_case.h"

static const char *const echo_headers[] = {"correlation-id", NULL};

static struct event_settings settings = CASE_SETTINGS(echo_headers);
static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct outbound encode(const struct batch_item *item)
{
    struct event_encoder *encoder = event_encoder_new(&settings, NULL, NULL);
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
    settings.envelope_max_bytes = record_envelope_size(&item.record);
    struct outbound fits = encode(&item);
    ck_assert(bytes_equal(fits.key, bytes_of("k")));
    assert_header(&fits, "correlation-id", "e");

    settings.envelope_max_bytes--;
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
    item.command.structured = true;
    item.command.ce_id = bytes_of("of a structured event");
    item.command.ce_correlationid = bytes_of("of a structured event");
    item.fit = FIT_BARE;
    struct outbound bare = encode(&item);
    assert_bare(&bare);

    item_headers(&item, "-");
    item.command.ce_traceparent = bytes_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    item.command.ce_tracestate = bytes_of("s=1");
    bare = encode(&item);
    assert_bare(&bare);
    ck_assert_msg(header_of(&bare, "traceparent") != NULL, "a trace has a fixed size");
}
END_TEST

START_TEST(the_id_of_a_structured_event_is_the_causation)
{
    struct batch_item item = created_item();

    item_headers(&item, "ce_id=of the headers");
    item.command.structured = true;
    item.command.ce_id = bytes_of("of the envelope");
    struct outbound out = encode(&item);
    assert_header(&out, "ce_causationid", "of the envelope");
}
END_TEST

START_TEST(the_correlation_of_a_structured_event_is_its_envelopes)
{
    struct batch_item item = created_item();

    item_headers(&item, "ce_correlationid=of the headers");
    item.command.structured = true;
    item.command.ce_correlationid = bytes_of("of the envelope");
    struct outbound out = encode(&item);
    assert_header(&out, "ce_correlationid", "of the envelope");
}
END_TEST

START_TEST(what_an_envelope_leaves_out_is_not_taken_from_the_headers)
{
    struct batch_item item = created_item();

    item_headers(&item, "ce_id=of the headers; ce_correlationid=of the headers");
    item.command.structured = true;
    struct outbound out = encode(&item);
    assert_header(&out, "ce_correlationid", "7d1f3a52-6c1e-4b0a-9e55-0f6c1b2d3e4f");
    assert_header(&out, "ce_causationid", "7d1f3a52-6c1e-4b0a-9e55-0f6c1b2d3e4f");
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

#define OUTER "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define INNER "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

/* A structured event within the trace INNER. */
static struct batch_item traced_item(const char *headers)
{
    struct batch_item item = created_item();

    item_headers(&item, headers);
    item.command.structured = true;
    item.command.ce_traceparent = bytes_of(INNER);
    item.command.ce_tracestate = bytes_of("inner=1");
    return item;
}

START_TEST(the_trace_of_a_structured_event_is_continued_like_that_of_the_headers)
{
    struct batch_item item = traced_item("-"), same = created_item();

    item_headers(&same, "traceparent=" INNER "; tracestate=inner=1");
    struct outbound out = encode(&item), as_headers = encode(&same);
    ck_assert(bytes_equal(header_of(&out, "traceparent")->value, header_of(&as_headers, "traceparent")->value));
    assert_header(&out, "tracestate", "inner=1");

    item.command.ce_tracestate = bytes_of("nonsense");
    out = encode(&item);
    ck_assert(header_of(&out, "traceparent") != NULL && header_of(&out, "tracestate") == NULL);
    item.command.ce_tracestate = bytes_of("inner=1");
    item.command.ce_traceparent = bytes_of("00-nonsense");
    out = encode(&item);
    ck_assert(header_of(&out, "traceparent") == NULL && header_of(&out, "tracestate") == NULL);
}
END_TEST

START_TEST(a_trace_in_the_headers_wins_as_a_whole)
{
    struct batch_item item = traced_item("traceparent=" OUTER);
    struct outbound out = encode(&item);

    ck_assert(memcmp(header_of(&out, "traceparent")->value.data, OUTER, 36) == 0);
    ck_assert_msg(header_of(&out, "tracestate") == NULL, "the envelope's state goes with another parent");

    static const char *const ended[] = {"traceparent=00-nonsense", "traceparent=", "traceparent"};
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++) {
        item = traced_item(ended[i]);
        out = encode(&item);
        ck_assert(header_of(&out, "traceparent") == NULL && header_of(&out, "tracestate") == NULL);
    }

    item = traced_item("tracestate=outer=1");
    out = encode(&item);
    assert_header(&out, "tracestate", "inner=1");
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

START_TEST(a_duplicate_has_the_source_of_the_topic_where_it_was_decided)
{
    struct batch_item item = created_item();
    struct ledger_row decision = {.topic = "older.commands"};
    struct outbound out;

    item.record.topic = "study-sessions.commands";
    item.row = &decision;
    out = encode(&item);
    assert_header(&out, "ce_source", "/sessiond/study-sessions.commands");
    item.outcome.replayed = true;
    out = encode(&item);
    assert_header(&out, "ce_source", "/sessiond/older.commands");
    item.record.topic = "commands"; /* events.source is set then */
    out = encode(&item);
    assert_header(&out, "ce_source", "/sessiond/study-sessions.commands");
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
    tcase_add_test(tcase, the_correlation_of_a_structured_event_is_its_envelopes);
    tcase_add_test(tcase, what_an_envelope_leaves_out_is_not_taken_from_the_headers);
    tcase_add_test(tcase, a_trace_is_continued_with_a_span_of_the_records_own);
    tcase_add_test(tcase, what_is_malformed_ends_the_trace_or_its_state);
    tcase_add_test(tcase, the_trace_of_a_structured_event_is_continued_like_that_of_the_headers);
    tcase_add_test(tcase, a_trace_in_the_headers_wins_as_a_whole);
    tcase_add_test(tcase, a_duplicate_has_the_source_of_the_topic_where_it_was_decided);
    tcase_add_test(tcase, where_a_transmission_began_is_copied_as_it_is);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
