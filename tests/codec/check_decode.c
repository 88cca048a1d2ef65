/*
 * Whole records: tests/codec/decode.table, and fastavro's messages under many writers (tests/data/avro_golden.table).
 */
#include "codec/decode.h"

#include "command_case.h"

static struct arena arena;
static struct schemas *schemas;
static struct decode_options options;

static void open_schemas(void)
{
    struct err err;

    schemas = schemas_open("tests/data/writers", &err);
    ck_assert_msg(schemas != NULL, "%s", err.message);
    options = (struct decode_options){.format = COMMANDS_AUTO, .max_bytes = 65536, .schemas = schemas};
}

static void close_schemas(void)
{
    schemas_close(schemas);
    arena_free(&arena);
}

static enum errcode decode_value(struct bytes value, struct command *command, const char **reason)
{
    struct record record = {.topic = "commands", .value = value};

    return decode(&options, &record, &arena, command, reason);
}

/* ---- Framings ---- */

static enum commands_format format_of(const char *name)
{
    static const char *const names[] = {"auto", "json", "avro-single-object", "confluent"};

    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum commands_format)i;
    ck_abort_msg("no such format: %s", name);
}

/* Cuts `text` at its "=". */
static struct header header_of(char *text)
{
    char *equals = strchr(text, '=');

    if (equals != NULL)
        *equals = 0;
    return (struct header){case_bytes(text), equals == NULL ? (struct bytes){0} : case_bytes(equals + 1)};
}

#define MESSAGES "tests/codec/messages.table"

static void check_record(const struct table_row *row)
{
    bool has_header = strcmp(row->cell[1], "-") != 0, has_value = strcmp(row->cell[2], "TOMBSTONE") != 0;
    struct header header = has_header ? header_of(row->cell[1]) : (struct header){0};
    struct record record = {.topic = "commands", .headers = &header, .header_count = has_header};
    struct command command;
    const char *reason = NULL;
    char found[32];

    record.value = has_value ? case_bytes(row->cell[2]) : (struct bytes){0};
    options.format = format_of(row->cell[0]);
    enum errcode code = decode(&options, &record, &arena, &command, &reason);
    if (code == ERRCODE_NONE)
        snprintf(found, sizeof found, "%" PRId64, command.group_id.value);
    else
        snprintf(found, sizeof found, "%s", errcode_name(code));
    ck_assert_msg(strcmp(found, row->cell[3]) == 0, "%s:%d: %s (%s)", row->path, row->line, found,
                  reason == NULL ? "no reason" : reason);
    ck_assert((code == ERRCODE_NONE) == (reason == NULL));
    if (strcmp(row->path, MESSAGES) == 0)
        ck_assert_msg(strcmp(reason, row->cell[4]) == 0, "%s:%d: \"%s\"", row->path, row->line, reason);

    free((void *)header.name.data);
    free((void *)header.value.data);
    free((void *)record.value.data);
}

START_TEST(records_are_read_as_the_table_says)
{
    table_each("tests/codec/decode.table", check_record);
}
END_TEST

START_TEST(headers_that_cannot_be_read_make_a_record_undecodable)
{
    struct record record = {.topic = "commands", .value = bytes_of("{\"group_id\":1}"), .headers_unreadable = true};
    struct command command;
    struct schema_id id;
    const char *reason;

    ck_assert_int_eq(decode(&options, &record, &arena, &command, &reason), ERRCODE_UNDECODABLE);
    ck_assert_str_eq(reason, "the record's headers cannot be read");
    ck_assert_int_eq(command.group_id.state, FIELD_ABSENT);
    record.value = (struct bytes){(const uint8_t *)"\0\0\0\1\2rest", 9};
    ck_assert(!decode_schema_id(&options, &record, &id));
}
END_TEST

/* ---- Schemas of a registry ---- */

static void found(int32_t number, enum schema_type type, const char *text)
{
    schema_cache_found(options.schema_cache, &(struct schema_id){.number = number}, type, text);
}

static void open_registry(void)
{
    static const char command[] =
        "{\"type\":\"record\",\"name\":\"C\",\"fields\":[{\"name\":\"command_id\",\"type\":[\"null\",\"string\"]},"
        "{\"name\":\"group_id\",\"type\":\"long\"},{\"name\":\"study_activity_id\",\"type\":\"long\"}]}";
    struct schema_id guid = {.is_guid = true};
    char both[1024];

    open_schemas();
    ck_assert(uuid_parse(bytes_of("00000000-0000-4000-8000-000000000001"), &guid.guid));
    snprintf(both, sizeof both,
             "[{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"group_id\",\"type\":\"string\"}]},%s]",
             command);
    options.schema_cache = schema_cache_new();
    schema_cache_found(options.schema_cache, &guid, SCHEMA_AVRO, command);
    found(1, SCHEMA_AVRO, command);
    found(2, SCHEMA_JSON, "{\"type\":\"object\"}");
    found(3, SCHEMA_OTHER, "syntax = \"proto3\";");
    found(4, SCHEMA_AVRO, "{\"type\":");
    found(5, SCHEMA_AVRO, "\"long\"");
    found(6, SCHEMA_AVRO, both);
    schema_cache_missing(options.schema_cache, &(struct schema_id){.number = 9}, 0);
}

static void close_registry(void)
{
    schema_cache_free(options.schema_cache);
    close_schemas();
}

START_TEST(records_that_name_their_schema_are_read_by_it)
{
    table_each("tests/codec/registered.table", check_record);
}
END_TEST

START_TEST(messages_say_what_was_expected_and_at_which_byte)
{
    table_each(MESSAGES, check_record);
}
END_TEST

START_TEST(only_a_record_that_is_read_by_its_schema_asks_for_it)
{
    struct record record = {
        .topic = "commands", .value = {(const uint8_t *)"\0\0\0\1\2rest", 9}
    };
    struct schema_id id;

    ck_assert(decode_schema_id(&options, &record, &id));
    ck_assert_int_eq(id.number, 258);
    record.value.len = 4;
    ck_assert(!decode_schema_id(&options, &record, &id));
    record.value.len = 9;
    options.max_bytes = 8;
    ck_assert(!decode_schema_id(&options, &record, &id));
    options.max_bytes = 9;
    options.format = COMMANDS_JSON;
    ck_assert(!decode_schema_id(&options, &record, &id));
    record.value = (struct bytes){0};
    options.format = COMMANDS_AUTO;
    ck_assert(!decode_schema_id(&options, &record, &id));
}
END_TEST

START_TEST(a_record_over_the_limit_is_undecodable)
{
    struct header header = {bytes_of("h"), bytes_of("1234")};
    struct record record = {.topic = "commands",
                            .key = bytes_of("12"),
                            .value = bytes_of("{\"group_id\":1}"),
                            .headers = &header,
                            .header_count = 1};
    struct command command;
    const char *reason;

    options.max_bytes = 2 + 14 + 1 + 4 + 16;
    ck_assert_int_eq(decode(&options, &record, &arena, &command, &reason), ERRCODE_NONE);
    options.max_bytes--;
    ck_assert_int_eq(decode(&options, &record, &arena, &command, &reason), ERRCODE_UNDECODABLE);
    ck_assert_str_eq(reason, "key, value and headers are larger than commands.max.bytes");
    ck_assert_int_eq(command.group_id.state, FIELD_ABSENT);
}
END_TEST

/* A hundred bytes of a value and a thousand headers that say nothing. */
START_TEST(many_empty_headers_are_over_the_limit)
{
    static const struct header headers[1001] = {0};
    struct record record = {
        .topic = "commands", .value = bytes_of("{\"group_id\":1}"), .headers = headers, .header_count = 1000};
    struct command command;
    const char *reason;

    options.max_bytes = 14 + 1000 * 16;
    ck_assert_int_eq(decode(&options, &record, &arena, &command, &reason), ERRCODE_NONE);
    record.header_count++;
    ck_assert_int_eq(decode(&options, &record, &arena, &command, &reason), ERRCODE_UNDECODABLE);
}
END_TEST

/* ---- fastavro's messages ---- */

static void check_golden(const struct table_row *row)
{
    struct bytes message = case_hex(row->cell[1]);
    struct command command;
    const char *reason = NULL;

    enum errcode code = decode_value(message, &command, &reason);
    ck_assert_msg(code == ERRCODE_NONE, "%s:%d: %s", row->path, row->line, reason);
    case_check_command(row, 2, &command);
    free((void *)message.data);
}

START_TEST(commands_are_read_under_every_writers_schema)
{
    table_each("tests/data/avro_golden.table", check_golden);
}
END_TEST

static void check_golden_prefixes(const struct table_row *row)
{
    static const struct command nothing;
    struct bytes message = case_hex(row->cell[1]);

    for (size_t len = 0; len < message.len; len++) {
        struct bytes prefix = case_exact(message.data, len);
        struct command command;
        const char *reason = NULL;
        enum errcode code = decode_value(prefix, &command, &reason);
        ck_assert_msg(code == ERRCODE_UNDECODABLE, "%s:%d: its first %zu bytes are accepted", row->path, row->line,
                      len);
        ck_assert(reason != NULL && memcmp(&command, &nothing, sizeof command) == 0);
        free((void *)prefix.data);
    }
    free((void *)message.data);
}

START_TEST(no_prefix_of_a_message_is_a_message)
{
    table_each("tests/data/avro_golden.table", check_golden_prefixes);
}
END_TEST

/* xorshift64: the same bytes on every machine. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void check_damaged(const struct table_row *row)
{
    struct bytes message = case_hex(row->cell[1]);
    uint64_t state = (uint64_t)row->line * 0x9E3779B97F4A7C15u;

    for (int round = 0; round < 2000; round++) {
        struct bytes damaged = case_exact(message.data, message.len);
        struct command command;
        const char *reason = NULL;
        for (uint64_t flips = 1 + next_random(&state) % 4; flips > 0; flips--) {
            uint64_t random = next_random(&state);
            ((uint8_t *)damaged.data)[random % damaged.len] = (uint8_t)(random >> 32);
        }
        enum errcode code = decode_value(damaged, &command, &reason);
        ck_assert((code == ERRCODE_NONE) == (reason == NULL));
        free((void *)damaged.data);
    }
    free((void *)message.data);
}

/* Whatever comes out: within bounds (a sanitizer's build sees more) and with a reason when it is refused. */
START_TEST(damaged_messages_are_judged_without_harm)
{
    table_each("tests/data/avro_golden.table", check_damaged);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode");
    TCase *tcase = tcase_create("decode");

    TCase *registry = tcase_create("schemas of a registry");

    tcase_add_checked_fixture(tcase, open_schemas, close_schemas);
    tcase_set_timeout(tcase, 20);
    tcase_add_test(tcase, records_are_read_as_the_table_says);
    tcase_add_test(tcase, a_record_over_the_limit_is_undecodable);
    tcase_add_test(tcase, many_empty_headers_are_over_the_limit);
    tcase_add_test(tcase, headers_that_cannot_be_read_make_a_record_undecodable);
    tcase_add_test(tcase, commands_are_read_under_every_writers_schema);
    tcase_add_test(tcase, no_prefix_of_a_message_is_a_message);
    tcase_add_test(tcase, damaged_messages_are_judged_without_harm);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(registry, open_registry, close_registry);
    tcase_add_test(registry, records_that_name_their_schema_are_read_by_it);
    tcase_add_test(registry, messages_say_what_was_expected_and_at_which_byte);
    tcase_add_test(registry, only_a_record_that_is_read_by_its_schema_asks_for_it);
    suite_add_tcase(suite, registry);
    return table_run(suite);
}
