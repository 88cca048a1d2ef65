/*
 * Validation: validate.table; and the rejection codes' names and kinds.
 */
#include "core/validate.h"

#include "field_case.h"
#include "table.h"

static struct field_uuid id_case(const char *text)
{
    if (strcmp(text, "given") == 0)
        return (struct field_uuid){FIELD_VALUE, {{1}}};
    if (strcmp(text, "nil") == 0)
        return (struct field_uuid){.state = FIELD_VALUE};
    if (strcmp(text, "max") == 0)
        return (struct field_uuid){FIELD_VALUE,
                                   {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}}};
    return (struct field_uuid){.state = strcmp(text, "bad") == 0 ? FIELD_INVALID : FIELD_ABSENT};
}

static void check_row(const struct table_row *row)
{
    struct command command = {
        .command_id = id_case(row->cell[0]),
        .group_id = case_int(row->cell[1]),
        .study_activity_id = case_int(row->cell[2]),
    };
    struct violations violations = {.count = 99};
    char text[VIOLATIONS_TEXT];

    validate(&command, strcmp(row->cell[0], "missing") == 0, &violations);
    violations_format(&violations, text);
    ck_assert_msg(strcmp(text, strcmp(row->cell[3], "-") == 0 ? "" : row->cell[3]) == 0, "%s:%d: got %s", row->path,
                  row->line, text);
}

START_TEST(violations_are_found_in_the_promised_order)
{
    table_each("tests/core/validate.table", check_row);
}
END_TEST

/* code, decides, goes to the DLQ: the table of README.md. */
static const struct {
    const char *name;
    bool decides;
    bool dlq;
} codes[] = {
    {"UNDECODABLE",              false, true },
    {"UNKNOWN_SCHEMA",           false, true },
    {"COMMAND_ID_REUSED",        false, false},
    {"COMMAND_EXPIRED",          false, false},
    {"MISSING_FIELD",            true,  false},
    {"INVALID_FIELD",            true,  false},
    {"GROUP_NOT_FOUND",          true,  false},
    {"STUDY_ACTIVITY_NOT_FOUND", true,  false},
    {"STORE_REFUSED",            false, true },
};

START_TEST(every_code_has_its_name_and_its_kind)
{
    ck_assert_uint_eq(sizeof codes / sizeof *codes, ERRCODE_COUNT - 1);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        enum errcode code = errcode_from_name(bytes_of(codes[i].name));
        ck_assert_msg(code != ERRCODE_NONE, "%s", codes[i].name);
        ck_assert_str_eq(errcode_name(code), codes[i].name);
        ck_assert_int_eq(errcode_decides(code), codes[i].decides);
        ck_assert_int_eq(errcode_goes_to_dlq(code), codes[i].dlq);
    }
}
END_TEST

START_TEST(no_other_name_is_a_code)
{
    ck_assert_int_eq(errcode_from_name(bytes_of("")), ERRCODE_NONE);
    ck_assert_int_eq(errcode_from_name((struct bytes){0}), ERRCODE_NONE);
    ck_assert_int_eq(errcode_from_name(bytes_of("undecodable")), ERRCODE_NONE);
    ck_assert_int_eq(errcode_from_name(bytes_of("UNDECODABLE ")), ERRCODE_NONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate");
    TCase *tcase = tcase_create("validate");

    tcase_add_test(tcase, violations_are_found_in_the_promised_order);
    tcase_add_test(tcase, every_code_has_its_name_and_its_kind);
    tcase_add_test(tcase, no_other_name_is_a_code);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
