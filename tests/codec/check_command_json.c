/* JSON commands: tests/codec/json_command.table and json_refused.table, and what does not fit in a line. */
#include "codec/command_json.h"

#include "command_case.h"

static struct arena arena;

static bool decode_text(const char *text, struct command *command, struct refusal *refusal)
{
    return command_json_decode(bytes_of(text), false, &arena, command, refusal);
}

static void check_accepted(const struct table_row *row)
{
    struct bytes json = case_bytes(row->cell[0]);
    struct command command;
    struct refusal refusal = {0};

    ck_assert_msg(command_json_decode(json, false, &arena, &command, &refusal), "%s:%d: refused: %s", row->path,
                  row->line, refusal.rule);
    case_check_command(row, 1, &command);
    free((void *)json.data);
}

START_TEST(commands_are_read_as_the_table_says)
{
    table_each("tests/codec/json_command.table", check_accepted);
}
END_TEST

static void check_refused(const struct table_row *row)
{
    char at[32];
    struct bytes json = case_bytes(row->cell[0]);
    struct command command;
    struct refusal refusal = {0};

    ck_assert_msg(!command_json_decode(json, false, &arena, &command, &refusal), "%s:%d: accepted", row->path,
                  row->line);
    case_check_refused(row, row->cell[2], refusal.rule);
    snprintf(at, sizeof at, "%s%zu", refusal.ended ? "end " : "", refusal.at);
    ck_assert_msg(strcmp(at, row->cell[1]) == 0, "%s:%d: refused at %s", row->path, row->line, at);
    free((void *)json.data);
}

START_TEST(everything_else_is_refused_for_the_reason_in_the_table)
{
    table_each("tests/codec/json_refused.table", check_refused);
}
END_TEST

static void check_prefixes(const struct table_row *row)
{
    struct bytes json = case_bytes(row->cell[0]);
    struct command command;

    /* Blanks at the end may be missing. */
    while (isspace(json.data[json.len - 1]))
        json.len--;
    for (size_t len = 0; len < json.len; len++) {
        struct bytes prefix = case_exact(json.data, len);
        struct refusal refusal = {0};
        ck_assert_msg(!command_json_decode(prefix, false, &arena, &command, &refusal),
                      "%s:%d: its first %zu bytes are accepted", row->path, row->line, len);
        case_check_refused(row, NULL, refusal.rule);
        free((void *)prefix.data);
    }
    free((void *)json.data);
}

START_TEST(no_prefix_of_a_command_is_a_command)
{
    table_each("tests/codec/json_command.table", check_prefixes);
}
END_TEST

/* {"a":[[…]]}, `depth` containers in all. */
static const char *nested(size_t depth)
{
    static char text[512];
    size_t len = (size_t)snprintf(text, sizeof text, "{\"a\":"), arrays = depth - 1;

    memset(text + len, '[', arrays);
    memset(text + len + arrays, ']', arrays);
    memcpy(text + len + 2 * arrays, "}", 2);
    return text;
}

START_TEST(nesting_of_64_is_accepted_and_65_is_refused)
{
    struct command command;
    struct refusal refusal;

    ck_assert(decode_text(nested(64), &command, &refusal));
    ck_assert(!decode_text(nested(65), &command, &refusal));
    ck_assert_str_eq(refusal.rule, "nested deeper than 64 objects and arrays");
}
END_TEST

START_TEST(an_envelope_gives_its_id_and_source_unescaped)
{
    struct command command;
    struct refusal refusal;

    ck_assert(
        decode_text("{\"specversion\":\"1.0\",\"id\":\"a\\/\\u00e9\\ud83c\\udf93\",\"source\":\"/shop\",\"data\":{}}",
                    &command, &refusal));
    ck_assert(bytes_equal(command.ce_id, bytes_of("a/é🎓")));
    ck_assert(bytes_equal(command.ce_source, bytes_of("/shop")));
}
END_TEST

START_TEST(an_envelope_gives_its_correlation_and_trace_unescaped)
{
    struct command command;
    struct refusal refusal;

    ck_assert(decode_text(
        "{\"specversion\":\"1.0\",\"c\\u006frrelationid\":\"flow\\/\\u00e9\",\"traceparent\":\"\\u0030\\u0030-4b\","
        "\"tracestate\":\"a=1\",\"data\":{\"correlationid\":\"of the data\",\"traceparent\":\"01\"}}",
        &command, &refusal));
    ck_assert(bytes_equal(command.ce_correlationid, bytes_of("flow/é")));
    ck_assert(bytes_equal(command.ce_traceparent, bytes_of("00-4b")));
    ck_assert(bytes_equal(command.ce_tracestate, bytes_of("a=1")));
}
END_TEST

START_TEST(an_attribute_that_is_not_a_text_or_empty_is_absent)
{
    static const char *const values[] = {"\"\"",          "null",    "7",           "true",
                                         "{\"a\":\"b\"}", "[\"b\"]", "\"\\ud83d\"", "\"a\\u0000\""};
    struct command command;
    struct refusal refusal;
    char text[256];

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(text, sizeof text,
                 "{\"specversion\":\"1.0\",\"data\":{},\"correlationid\":%s,\"traceparent\":%s,\"tracestate\":%s}",
                 values[i], values[i], values[i]);
        ck_assert_msg(decode_text(text, &command, &refusal), "%s: %s", text, refusal.rule);
        ck_assert(command.structured);
        ck_assert_ptr_null(command.ce_correlationid.data);
        ck_assert_ptr_null(command.ce_traceparent.data);
        ck_assert_ptr_null(command.ce_tracestate.data);
    }
}
END_TEST

START_TEST(an_envelope_without_a_text_for_its_id_has_none)
{
    static const char *const envelopes[] = {
        "{\"specversion\":\"1.0\",\"data\":{}}",
        "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"\",\"data\":{}}",
        "{\"specversion\":\"1.0\",\"id\":7,\"source\":null,\"data\":{}}",
    };
    struct command command;
    struct refusal refusal;

    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
        ck_assert(decode_text(envelopes[i], &command, &refusal));
        ck_assert_ptr_null(command.ce_id.data);
        ck_assert_ptr_null(command.ce_source.data);
    }
}
END_TEST

START_TEST(a_bare_command_has_no_envelope)
{
    struct command command;
    struct refusal refusal;

    ck_assert(decode_text("{\"id\":\"x\",\"source\":\"y\",\"correlationid\":\"z\",\"data\":{},\"group_id\":1}",
                          &command, &refusal));
    ck_assert_ptr_null(command.ce_id.data);
    ck_assert_ptr_null(command.ce_correlationid.data);
    ck_assert_int_eq(command.group_id.value, 1);
}
END_TEST

START_TEST(a_record_that_says_it_is_an_envelope_needs_data)
{
    struct bytes bare = bytes_of("{\"group_id\":1}"), envelope = bytes_of("{\"id\":\"x\",\"data\":{\"group_id\":1}}");
    struct command command;
    struct refusal refusal;

    ck_assert(!command_json_decode(bare, true, &arena, &command, &refusal));
    ck_assert_str_eq(refusal.rule, "data or data_base64 is expected in a CloudEvent");
    ck_assert(command_json_decode(envelope, true, &arena, &command, &refusal));
    ck_assert_int_eq(command.group_id.value, 1);
}
END_TEST

/* Where nothing but data_base64 says what it is: that version decided it by the object's own fields. */
START_TEST(an_envelope_that_was_a_bare_command_before_has_its_former_fields)
{
    static const char base64[] =
        "{\"specversion\":\"1.0\",\"data_base64\":\"eyJncm91cF9pZCI6MX0=\",\"group_id\":5,\"command_id\":7}";
    static const char *const others[] = {
        "{\"specversion\":\"1.0\",\"data\":{\"group_id\":1},\"group_id\":5}",
        "{\"specversion\":\"1.0\",\"data_base64\":\"eyJncm91cF9pZCI6MX0=\",\"data\":null}",
        "{\"group_id\":1}",
    };
    struct command command;
    struct refusal refusal;

    ck_assert(decode_text(base64, &command, &refusal));
    ck_assert(command.structured && command.former != NULL);
    ck_assert_int_eq(command.group_id.value, 1);
    ck_assert_int_eq(command.former->group_id.value, 5);
    ck_assert_int_eq(command.former->study_activity_id.state, FIELD_ABSENT);
    ck_assert_int_eq(command.former->command_id.state, FIELD_INVALID);
    ck_assert(command_json_decode(bytes_of(base64), true, &arena, &command, &refusal));
    ck_assert_msg(command.former == NULL, "it was refused where a content type said what it is");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert(decode_text(others[i], &command, &refusal));
        ck_assert_ptr_null(command.former);
    }
}
END_TEST

/* {"k0":0,…,"kN-1":0,"group_id":1}, the last key optionally once more in another spelling. */
static char *many_keys(unsigned count, bool doubled)
{
    char *text = malloc(32 * (size_t)count + 128);
    size_t len = (size_t)snprintf(text, 2, "{");

    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, 32, "\"k%u\":0,", i);
    snprintf(text + len, 96, "%s\"group_id\":1}", doubled ? "\"\\u006b0\":0," : "");
    return text;
}

START_TEST(a_doubled_key_is_found_among_any_number)
{
    static const unsigned counts[] = {1, 14, 15, 16, 17, 63, 64, 65, 5000};
    struct command command;
    struct refusal refusal;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *once = many_keys(counts[i], false), *twice = many_keys(counts[i], true);
        ck_assert_msg(decode_text(once, &command, &refusal), "%u keys: %s", counts[i], refusal.rule);
        ck_assert_int_eq(command.group_id.value, 1);
        ck_assert_msg(!decode_text(twice, &command, &refusal), "%u keys", counts[i]);
        ck_assert_str_eq(refusal.rule, "each name is expected once, this one is in the object already");
        free(once);
        free(twice);
    }
}
END_TEST

/* Comparing each of 60,000 keys with each other would take minutes. */
START_TEST(very_many_keys_take_no_more_than_sorting_them)
{
    struct command command;
    struct refusal refusal;
    char *text = many_keys(60000, false);

    ck_assert(decode_text(text, &command, &refusal));
    free(text);
}
END_TEST

static void release(void)
{
    arena_free(&arena);
}

int main(void)
{
    Suite *suite = suite_create("command_json");
    TCase *tcase = tcase_create("command_json");

    tcase_add_checked_fixture(tcase, NULL, release);
    tcase_set_timeout(tcase, 20);
    tcase_add_test(tcase, commands_are_read_as_the_table_says);
    tcase_add_test(tcase, everything_else_is_refused_for_the_reason_in_the_table);
    tcase_add_test(tcase, no_prefix_of_a_command_is_a_command);
    tcase_add_test(tcase, nesting_of_64_is_accepted_and_65_is_refused);
    tcase_add_test(tcase, an_envelope_gives_its_id_and_source_unescaped);
    tcase_add_test(tcase, an_envelope_gives_its_correlation_and_trace_unescaped);
    tcase_add_test(tcase, an_attribute_that_is_not_a_text_or_empty_is_absent);
    tcase_add_test(tcase, an_envelope_without_a_text_for_its_id_has_none);
    tcase_add_test(tcase, a_bare_command_has_no_envelope);
    tcase_add_test(tcase, a_record_that_says_it_is_an_envelope_needs_data);
    tcase_add_test(tcase, an_envelope_that_was_a_bare_command_before_has_its_former_fields);
    tcase_add_test(tcase, a_doubled_key_is_found_among_any_number);
    tcase_add_test(tcase, very_many_keys_take_no_more_than_sorting_them);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
