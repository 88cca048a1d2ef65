/*
 * Events: the golden files of tests/data/event_cases.table, and the rules that a single case cannot show.
 *
 * EVENT_GOLDEN=write writes the golden files instead; tests/data/check_events.py must agree with them afterwards.
 */
#include "codec/event.h"

#include "event_case.h"

#include <jansson.h>

#define CASES "tests/data/event_cases.table"

static const char *const echo_headers[] = {"kafka_correlationId", "correlation-id", NULL};

static struct event_settings settings = CASE_SETTINGS(echo_headers);
static const struct event_ids event_ids = {.created = 0x01020304, .rejected = -2};
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

static struct outbound encode(enum events_format format, const struct batch_item *item)
{
    struct outbound out = {0};

    settings.format = format;
    struct event_encoder *encoder = event_encoder_new(&settings, schemas, &event_ids);
    event_encode(encoder, item, &arena, &out);
    event_encoder_free(encoder);

    ck_assert_int_eq(out.partition, -1);
    return out;
}

/* ---- Golden files ---- */

static void print_bytes(FILE *file, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.data[i];
        if (c == '\\')
            fputs("\\\\", file);
        else if (c >= ' ' && c < 0x7f)
            fputc(c, file);
        else
            fprintf(file, "\\x%02x", c);
    }
}

static void print_event(FILE *file, const struct outbound *json, const struct outbound *avro)
{
    fprintf(file, "topic %s\nkey ", json->topic);
    print_bytes(file, json->key);
    for (size_t i = 0; i < json->header_count; i++) {
        fputs("\nheader ", file);
        print_bytes(file, json->headers[i].name);
        fputs(json->headers[i].value.data == NULL ? "" : "=", file);
        print_bytes(file, json->headers[i].value);
    }
    fputs("\njson ", file);
    fwrite(json->value.data, 1, json->value.len, file);
    fputs("\navro ", file);
    for (size_t i = 0; i < avro->value.len; i++)
        fprintf(file, "%02x", avro->value.data[i]);
    fputc('\n', file);
}

static char *read_text(const char *path)
{
    static char text[16384];
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "cannot open %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

/* Key and headers of an event do not depend on its format, except for the type of its content. */
static void assert_same_envelope(const struct outbound *json, const struct outbound *avro)
{
    ck_assert_str_eq(json->topic, avro->topic);
    ck_assert(bytes_equal(json->key, avro->key));
    ck_assert_uint_eq(json->header_count, avro->header_count);
    for (size_t i = 0; i < json->header_count; i++) {
        ck_assert(bytes_equal(json->headers[i].name, avro->headers[i].name));
        if (!bytes_equal(json->headers[i].name, bytes_of("content-type")))
            ck_assert(bytes_equal(json->headers[i].value, avro->headers[i].value));
    }
    assert_header(json, "content-type", "application/json");
    assert_header(avro, "content-type", "application/avro");
}

/* The same Avro after another prefix. */
static void assert_same_avro(const struct outbound *avro, const struct outbound *confluent, const char *prefix)
{
    ck_assert_uint_eq(confluent->value.len, avro->value.len - 5);
    ck_assert(memcmp(confluent->value.data, prefix, 5) == 0);
    ck_assert(memcmp(confluent->value.data + 5, avro->value.data + 10, avro->value.len - 10) == 0);
}

static void check_golden(const struct table_row *row)
{
    struct batch_item item = case_item(row, &arena);
    struct outbound json = encode(EVENTS_JSON, &item);
    struct outbound avro = encode(EVENTS_AVRO, &item);
    struct outbound confluent = encode(EVENTS_CONFLUENT, &item);
    const char *mode = getenv("EVENT_GOLDEN");
    char path[256], *text;
    size_t size;

    assert_same_envelope(&json, &avro);
    assert_same_envelope(&json, &confluent);
    assert_same_avro(&avro, &confluent, item.outcome.kind == OUTCOME_CREATED ? "\0\1\2\3\4" : "\0\377\377\377\376");
    snprintf(path, sizeof path, "tests/data/event_%s.golden", row->cell[CASE_NAME]);
    bool write = mode != NULL && strcmp(mode, "write") == 0;
    FILE *file = write ? fopen(path, "w") : open_memstream(&text, &size);
    ck_assert(file != NULL);
    print_event(file, &json, &avro);
    fclose(file);
    if (write)
        return;
    ck_assert_msg(strcmp(text, read_text(path)) == 0, "%s:%d: not as in %s:\n%s", row->path, row->line, path, text);
    free(text);
}

START_TEST(each_case_gives_its_golden_event)
{
    table_each(CASES, check_golden);
}
END_TEST

/* ---- The same bytes again ---- */

static struct event_encoder *reused;

static void check_reused(const struct table_row *row)
{
    struct batch_item item = case_item(row, &arena);
    struct outbound fresh = encode(settings.format, &item), again;

    event_encode(reused, &item, &arena, &again);
    ck_assert_msg(bytes_equal(fresh.value, again.value), "%s:%d", row->path, row->line);
    ck_assert_uint_eq(fresh.header_count, again.header_count);
    for (size_t i = 0; i < fresh.header_count; i++)
        ck_assert(bytes_equal(fresh.headers[i].value, again.headers[i].value));
}

/* What one event leaves behind in an encoder is not in the next one. */
START_TEST(an_encoder_that_has_seen_other_events_gives_the_same_bytes)
{
    settings.format = _i == 0 ? EVENTS_JSON : EVENTS_AVRO;
    reused = event_encoder_new(&settings, schemas, &event_ids);
    for (int round = 0; round < 2; round++)
        table_each(CASES, check_reused);
    event_encoder_free(reused);
}
END_TEST

/* ---- JSON ---- */

/* Every character that there is, as a foreign parser reads it. */
START_TEST(json_names_are_read_back_as_they_were)
{
    struct batch_item item = created_item();
    char name[0x80];

    for (int c = 1; c < 0x80; c++)
        name[c - 1] = (char)c;
    name[0x7f] = 0;
    item.outcome.session.group_name = bytes_of(name);

    struct outbound out = encode(EVENTS_JSON, &item);
    json_t *json = json_loadb((const char *)out.value.data, out.value.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert(json != NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(json, "session"), "group_name")), name);
    json_decref(json);
}
END_TEST

/* The document is measured before it is written: nothing may be longer than its measure. */
START_TEST(the_longest_events_fit_their_measure)
{
    struct batch_item item = created_item();
    static char name[100000];

    memset(name, 1, sizeof name - 1);
    item.record.offset = INT64_MIN;
    item.outcome.occurred_us = INT64_MAX;
    item.outcome.session = (struct session){INT64_MIN, INT64_MIN, INT64_MIN, bytes_of(name), bytes_of(name), INT64_MIN};
    ck_assert_uint_gt(encode(EVENTS_JSON, &item).value.len, 2 * 6 * (sizeof name - 1));

    item.outcome = (struct outcome){
        .kind = OUTCOME_REJECTED,
        .code = ERRCODE_STUDY_ACTIVITY_NOT_FOUND,
        .occurred_us = INT64_MIN,
        .group_id = {FIELD_VALUE, INT64_MIN                                                 },
        .study_activity_id = {FIELD_VALUE, INT64_MIN                                                 },
        .sqlstate = "\001\001\001\001\001",
        .violations = {3,
                     {{COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND},
                        {COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND},
                        {COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND}}},
    };
    ck_assert_uint_gt(encode(EVENTS_JSON, &item).value.len, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event");
    TCase *tcase = tcase_create("event");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_case_gives_its_golden_event);
    tcase_add_loop_test(tcase, an_encoder_that_has_seen_other_events_gives_the_same_bytes, 0, 2);
    tcase_add_test(tcase, json_names_are_read_back_as_they_were);
    tcase_add_test(tcase, the_longest_events_fit_their_measure);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
