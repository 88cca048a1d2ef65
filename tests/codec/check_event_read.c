/*
 * Events read back: each case of tests/data/event_cases.table in each encoding says what it was made of, and no part of
 * it does.
 */
#include "codec/event.h"
#include "codec/event_read.h"

#include "event_case.h"

#define CASES "tests/data/event_cases.table"

static const char *const echo_headers[] = {NULL};

static struct event_settings settings = {
    .created_topic = "created",
    .rejected_topic = "rejected",
    .source = "/sessiond/commands",
    .echo_headers = (char *const *)(uintptr_t)echo_headers,
    .envelope_max_bytes = 65536,
};
static const struct event_ids event_ids = {.created = 1, .rejected = 2};
static struct schemas *schemas;
static struct arena arena;

static void setup(void)
{
    struct err err;

    schemas = schemas_open("", &err);
    ck_assert_msg(schemas != NULL, "%s", err.message);
}

static void teardown(void)
{
    schemas_close(schemas);
    arena_free(&arena);
}

static struct bytes encode(enum events_format format, const struct batch_item *item)
{
    struct outbound out = {0};

    settings.format = format;
    struct event_encoder *encoder = event_encoder_new(&settings, schemas, &event_ids);
    event_encode(encoder, item, &arena, &out);
    event_encoder_free(encoder);
    return out.value;
}

static bool read(struct bytes value, bool created, struct event_facts *facts)
{
    const char *reason;
    bool is_event = event_read(schemas, value, created, facts, &reason);

    ck_assert(is_event || strlen(reason) > 0);
    return is_event;
}

static int64_t value_of(struct field_int field)
{
    return field.state == FIELD_VALUE ? field.value : 0;
}

static void check_facts(const struct batch_item *item, const struct event_facts *facts)
{
    const struct outcome *outcome = &item->outcome;
    bool created = outcome->kind == OUTCOME_CREATED;

    ck_assert(facts->created == created);
    ck_assert_int_eq(uuid_compare(&facts->command_id, &item->command_id), 0);
    ck_assert(!outcome->decided || uuid_compare(&facts->event_id, &item->command_id) == 0);
    ck_assert_int_eq(facts->occurred_us, outcome->occurred_us);
    if (created) {
        ck_assert_int_eq(facts->session.id, outcome->session.id);
        ck_assert_int_eq(facts->session.group_id, outcome->session.group_id);
        ck_assert_int_eq(facts->session.activity_id, outcome->session.activity_id);
        ck_assert_int_eq(facts->session.start_us, outcome->session.start_us);
        ck_assert_int_eq(facts->end_us, outcome->session.start_us);
        return;
    }
    ck_assert_int_eq(facts->code, outcome->code);
    ck_assert_int_eq(facts->group_id.value, value_of(outcome->group_id));
    ck_assert_int_eq(facts->study_activity_id.value, value_of(outcome->study_activity_id));
}

/* Times beyond the year 9999 are written as its last microsecond in JSON. */
static void check_case(const struct table_row *row)
{
    struct batch_item item = case_item(row, &arena);
    bool created = item.outcome.kind == OUTCOME_CREATED;
    struct event_facts facts;

    for (enum events_format format = EVENTS_JSON; format <= EVENTS_CONFLUENT; format++) {
        struct bytes value = encode(format, &item);
        ck_assert_msg(read(value, created, &facts), "%s:%d", row->path, row->line);
        ck_assert(facts.encoding == (format == EVENTS_JSON ? EVENT_IS_JSON : EVENT_IS_AVRO));
        if (format != EVENTS_JSON || item.outcome.occurred_us <= TIME_LAST_US)
            check_facts(&item, &facts);
        for (size_t len = 0; len < value.len; len++)
            ck_assert_msg(!read((struct bytes){value.data, len}, created, &facts), "%s:%d: %zu bytes", row->path,
                          row->line, len);
    }
}

START_TEST(each_case_is_read_back_in_each_encoding_and_only_whole)
{
    table_each(CASES, check_case);
}
END_TEST

START_TEST(what_is_no_event_is_none)
{
    static const char *const texts[] = {
        "",
        "null",
        "{}",
        "[]",
        "{\"event_id\": 1}",
        "{\"event_id\":\"7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b\",\"command_id\":\"7d0f5a0e-6a3b-4c57-9a43-"
        "0c1d2e3f4a5b\","
        "\"occurred_at\":\"2026-11-22T02:13:05.123456Z\"}",
        "{\"event_id\":\"7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b\",\"command_id\":\"7d0f5a0e-6a3b-4c57-9a43-"
        "0c1d2e3f4a5b\","
        "\"occurred_at\":\"2026-11-22T02:13:05.123456Z\",\"code\":\"NO_SUCH_CODE\"}",
        "{\"event_id\":\"7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b\",\"command_id\":\"7d0f5a0e-6a3b-4c57-9a43-"
        "0c1d2e3f4a5b\","
        "\"occurred_at\":\"yesterday\",\"code\":\"UNDECODABLE\"}",
        "\xC3\x01"
        "12345678",
    };
    struct event_facts facts;

    ck_assert(!read((struct bytes){0}, true, &facts));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!read(bytes_of(texts[i]), true, &facts), "%s", texts[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_read");
    TCase *tcase = tcase_create("event_read");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_case_is_read_back_in_each_encoding_and_only_whole);
    tcase_add_test(tcase, what_is_no_event_is_none);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
