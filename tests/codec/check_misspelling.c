/* Fields that look like a misspelling of one that is missing: tests/codec/misspelling.table. */
#include "codec/misspelling.h"
#include "core/validate.h"

#include "command_case.h"

static struct arena arena;
static struct schemas *schemas;
static struct decode_options options;

static void setup(void)
{
    struct err err;

    schemas = schemas_open("", &err);
    ck_assert_msg(schemas != NULL, "%s", err.message);
    options = (struct decode_options){.format = COMMANDS_AUTO, .max_bytes = 1 << 21, .schemas = schemas};
    options.schema_cache = schema_cache_new();
}

static void teardown(void)
{
    schema_cache_free(options.schema_cache);
    schemas_close(schemas);
    arena_free(&arena);
}

/* As intake does it; `commands.id.required` is on. */
static struct bytes hints_of(const struct record *record)
{
    struct violations violations;
    struct command command;
    const char *reason = "";
    bool brought;

    ck_assert_msg(decode(&options, record, &arena, &command, &reason) == ERRCODE_NONE, "%s", reason);
    (void)command_identity(&command, record, &arena, &brought);
    validate(&command, !brought && command.command_id.state == FIELD_ABSENT, &violations);
    return misspelling_hints(&options, record, &command, &violations, &arena);
}

static void check_row(const struct table_row *row)
{
    struct record record = {.topic = "commands", .value = case_bytes(row->cell[0])};
    struct bytes hints = hints_of(&record);
    struct bytes wanted = bytes_of(strcmp(row->cell[1], "-") == 0 ? NULL : row->cell[1]);

    ck_assert_msg(bytes_equal(hints, wanted), "%s:%d: %.*s", row->path, row->line, (int)hints.len,
                  hints.len == 0 ? "" : (const char *)hints.data);
    free((void *)record.value.data);
}

START_TEST(a_field_that_looks_like_a_missing_one_is_named)
{
    table_each("tests/codec/misspelling.table", check_row);
}
END_TEST

static void assert_registered(const char *schema, const char *value, size_t len, const char *wanted)
{
    struct record record = {
        .topic = "commands", .value = {(const uint8_t *)value, len}
    };
    struct schema_id id = {.number = 1};

    schema_cache_free(options.schema_cache);
    options.schema_cache = schema_cache_new();
    schema_cache_found(options.schema_cache, &id, SCHEMA_AVRO, schema);
    struct bytes hints = hints_of(&record);
    ck_assert_msg(bytes_equal(hints, bytes_of(wanted)), "%.*s", (int)hints.len, (const char *)hints.data);
}

START_TEST(in_avro_it_is_a_field_of_the_writers_schema)
{
    static const char record[] =
        "{\"type\":\"record\",\"name\":\"C\",\"fields\":[{\"name\":\"commandId\",\"type\":\"string\"},"
        "{\"name\":\"groupId\",\"type\":\"long\"},{\"name\":\"study_activity_id\",\"type\":\"long\"}]}";
    static const char top[] = "[\"null\",{\"type\":\"record\",\"name\":\"x.C\",\"fields\":["
                              "{\"name\":\"GroupID\",\"type\":\"int\"},{\"name\":\"activityId\",\"type\":\"int\"}]}]";
    char both[1024];

    assert_registered(record, "\0\0\0\0\1\0\2\4", 8, "command_id:commandId,group_id:groupId");
    snprintf(both, sizeof both, "[{\"type\":\"record\",\"name\":\"R\",\"fields\":[]},%s]", record);
    assert_registered(both, "\0\0\0\0\1\0\2\4", 8, "command_id:commandId,group_id:groupId");
    snprintf(both, sizeof both, "[%s]", top);
    assert_registered(both, "\0\0\0\0\1\2\2\4", 8, "group_id:GroupID,study_activity_id:activityId");
}
END_TEST

START_TEST(a_header_names_the_schema_too)
{
    struct header header = {
        bytes_of("__value_schema_id"), {(const uint8_t *)"\0\0\0\0\2", 5}
    };
    struct record record = {
        .topic = "commands", .value = bytes_of("{\"groupId\":1}"), .headers = &header, .header_count = 1};

    schema_cache_found(options.schema_cache, &(struct schema_id){.number = 2}, SCHEMA_JSON, "{}");
    ck_assert(bytes_equal(hints_of(&record), bytes_of("group_id:groupId")));
}
END_TEST

/* 90,000 names of which each would be compared: what a stranger sends costs no more than reading it. */
START_TEST(names_beyond_the_first_hundred_are_not_looked_at)
{
    char *text = malloc(100000 * 11 + 64);
    size_t len = (size_t)snprintf(text, 2, "{");

    for (unsigned i = 0; i < 90000; i++)
        len += (size_t)snprintf(text + len, 16, "\"%07u\":0,", i);
    snprintf(text + len, 32, "\"groupId\":1}");
    struct record record = {.topic = "commands", .value = bytes_of(text)};
    ck_assert_uint_eq(hints_of(&record).len, 0);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misspelling");
    TCase *tcase = tcase_create("misspelling");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_field_that_looks_like_a_missing_one_is_named);
    tcase_add_test(tcase, in_avro_it_is_a_field_of_the_writers_schema);
    tcase_add_test(tcase, a_header_names_the_schema_too);
    tcase_add_test(tcase, names_beyond_the_first_hundred_are_not_looked_at);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
