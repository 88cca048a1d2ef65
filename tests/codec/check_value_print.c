/* Commands as a tool writes them in Avro, and Avro and JSON as a tool prints them. */
#include "codec/value_print.h"
#include "codec/command_encode.h"

#include "table.h"

static const char command_json[] =
    "{\"command_id\":\"f0dd2f1c-6237-42ea-84d6-9168f1789885\",\"group_id\":7,\"study_activity_id\":-1}";

static struct schemas *open_schemas(void)
{
    struct err err;
    struct schemas *schemas = schemas_open("", &err);

    ck_assert_msg(schemas != NULL, "%s", err.message);
    return schemas;
}

static struct command a_command(void)
{
    struct command command = {
        .command_id = {.state = FIELD_VALUE},
        .group_id = { FIELD_VALUE,                   7},
        .study_activity_id = { FIELD_VALUE,                  -1},
    };

    ck_assert(uuid_parse(bytes_of("f0dd2f1c-6237-42ea-84d6-9168f1789885"), &command.command_id.value));
    return command;
}

static void check_printed(const struct schemas *schemas, struct bytes value, const char *wanted)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    struct json_writer json = json_to_stream(out);

    ck_assert_int_eq(value_print_avro(schemas, value, &json), wanted != NULL);
    fclose(out);
    ck_assert_str_eq(text, wanted == NULL ? "" : wanted);
    free(text);
}

START_TEST(a_command_is_printed_as_it_was_sent)
{
    struct schemas *schemas = open_schemas();
    struct command command = a_command();
    struct arena arena = {0};
    struct bytes value;
    const char *reason;

    ck_assert(command_encode_avro(schemas, NULL, &command, &arena, &value, &reason));
    check_printed(schemas, value, command_json);
    command.command_id.state = FIELD_ABSENT;
    ck_assert(command_encode_avro(schemas, NULL, &command, &arena, &value, &reason));
    check_printed(schemas, value, "{\"command_id\":null,\"group_id\":7,\"study_activity_id\":-1}");
    arena_free(&arena);
    schemas_close(schemas);
}
END_TEST

START_TEST(what_the_schema_cannot_say_is_refused)
{
    static const char *const reasons[] = {"command_id is not a UUID", "group_id is not an integer",
                                          "study_activity_id is not an integer"};
    struct schemas *schemas = open_schemas();
    struct arena arena = {0};
    struct bytes value;
    const char *reason = NULL;

    for (int field = 0; field < 3; field++) {
        struct command command = a_command();
        enum field_state *states[] = {&command.command_id.state, &command.group_id.state,
                                      &command.study_activity_id.state};
        *states[field] = FIELD_INVALID;
        ck_assert(!command_encode_avro(schemas, NULL, &command, &arena, &value, &reason));
        ck_assert_str_eq(reason, reasons[field]);
    }
    arena_free(&arena);
    schemas_close(schemas);
}
END_TEST

START_TEST(bytes_cut_short_prolonged_or_of_no_known_schema_print_nothing)
{
    struct schemas *schemas = open_schemas();
    struct command command = a_command();
    struct arena arena = {0};
    struct bytes value;
    const char *reason;

    ck_assert(command_encode_avro(schemas, NULL, &command, &arena, &value, &reason));
    for (size_t len = 0; len < value.len; len++)
        check_printed(schemas, (struct bytes){value.data, len}, NULL);
    uint8_t *longer = arena_alloc(&arena, value.len + 1);
    memcpy(longer, value.data, value.len);
    longer[value.len] = 0;
    check_printed(schemas, (struct bytes){longer, value.len + 1}, NULL);
    longer[2] ^= 1;
    check_printed(schemas, (struct bytes){longer, value.len}, NULL);
    check_printed(schemas, (struct bytes){0}, NULL);
    arena_free(&arena);
    schemas_close(schemas);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("avro_print");
    TCase *tcase = tcase_create("avro_print");

    tcase_add_test(tcase, a_command_is_printed_as_it_was_sent);
    tcase_add_test(tcase, what_the_schema_cannot_say_is_refused);
    tcase_add_test(tcase, bytes_cut_short_prolonged_or_of_no_known_schema_print_nothing);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
