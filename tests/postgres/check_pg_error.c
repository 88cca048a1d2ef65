#include "postgres/pg_error.h"
#include "table.h"

static const char *const class_names[] = {
    [ERR_NONE] = "none",   [ERR_RETRY] = "retry",     [ERR_ABORT] = "abort",
    [ERR_RENEW] = "renew", [ERR_ISOLATE] = "isolate", [ERR_STOP] = "stop",
};

static const char *unless(const char *cell, const char *absent)
{
    return strcmp(cell, absent) == 0 ? NULL : cell;
}

static void check_row(const struct table_row *row)
{
    struct pg_error error = {
        .sqlstate = unless(row->cell[0], "none"),
        .message = "some text",
        .constraint = unless(row->cell[1], "-"),
        .function = unless(row->cell[2], "-"),
    };
    struct err err;

    ck_assert_msg(row->count == 6, "%s:%d: six cells", row->path, row->line);
    pg_error_classify(&error, &err);
    ck_assert_msg(strcmp(class_names[err.class], row->cell[3]) == 0, "%s:%d: %s is %s", row->path, row->line,
                  row->cell[0], class_names[err.class]);
    ck_assert_msg((int)err.exit_code == (int)strtol(row->cell[4], NULL, 10), "%s:%d: exit %d", row->path, row->line,
                  (int)err.exit_code);
    ck_assert_str_eq(pg_error_sqlstate(&err), error.sqlstate == NULL ? "08006" : error.sqlstate);
}

START_TEST(every_sqlstate_has_its_verdict)
{
    table_each("tests/postgres/pg_error.table", check_row);
}
END_TEST

START_TEST(what_data_can_cause_is_told_by_table_and_constraint_never_by_its_text)
{
    const char *const states[] = {"22001", "23514", "44000", "P0001"};
    struct err err;

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct pg_error error = {states[i], "group 4711 is not welcome", "no_guests", "study_sessions", NULL};
        pg_error_classify(&error, &err);
        ck_assert_ptr_null(strstr(err.message, "4711"));
        ck_assert_ptr_nonnull(strstr(err.message, "no_guests"));
        ck_assert_ptr_nonnull(strstr(err.message, "study_sessions"));
    }
}
END_TEST

START_TEST(a_code_outlives_the_next_error)
{
    struct err first;
    struct err second;

    pg_error_classify(&(struct pg_error){.sqlstate = "40001"}, &first);
    pg_error_classify(&(struct pg_error){.sqlstate = "57014"}, &second);
    ck_assert_str_eq(first.code, "E-PG-40001");
    ck_assert_str_eq(second.code, "E-PG-57014");
    pg_error_classify(&(struct pg_error){.sqlstate = "40001"}, &second);
    ck_assert_ptr_eq(first.code, second.code);
}
END_TEST

START_TEST(a_sequence_left_behind_says_how_to_move_it)
{
    struct err err;

    pg_error_classify(&(struct pg_error){"23505", NULL, "study_sessions_pkey", "study_sessions", NULL}, &err);
    ck_assert_ptr_nonnull(strstr(err.message, "setval"));
    ck_assert_ptr_nonnull(strstr(err.message, "study_sessions_pkey"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pg_error");
    TCase *tcase = tcase_create("pg_error");

    tcase_add_test(tcase, every_sqlstate_has_its_verdict);
    tcase_add_test(tcase, what_data_can_cause_is_told_by_table_and_constraint_never_by_its_text);
    tcase_add_test(tcase, a_code_outlives_the_next_error);
    tcase_add_test(tcase, a_sequence_left_behind_says_how_to_move_it);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
