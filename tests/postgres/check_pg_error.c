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
        .table = unless(row->cell[2], "-"),
        .function = unless(row->cell[3], "-"),
    };
    struct err err;

    ck_assert_msg(row->count == 7, "%s:%d: seven cells", row->path, row->line);
    pg_error_classify(&error, &err);
    ck_assert_msg(strcmp(class_names[err.class], row->cell[4]) == 0, "%s:%d: %s is %s", row->path, row->line,
                  row->cell[0], class_names[err.class]);
    ck_assert_msg((int)err.exit_code == (int)strtol(row->cell[5], NULL, 10), "%s:%d: exit %d", row->path, row->line,
                  (int)err.exit_code);
    ck_assert_str_eq(err.sqlstate, error.sqlstate == NULL ? "08006" : error.sqlstate);
}

START_TEST(every_sqlstate_has_its_verdict)
{
    table_each("tests/postgres/pg_error.table", check_row);
}
END_TEST

static const struct {
    const char *sqlstate;
    const char *words;
} told[] = {
    {"22001", "a text is too long"          },
    {"22003", "a number is out of the range"},
    {"22012", "a division by zero"          },
    {"22P02", "a text is no value"          },
    {"2203A", "a JSON value"                },
    {"22ZZZ", "a value is not as"           },
    {"23502", "a value must not be NULL"    },
    {"23503", "a foreign key"               },
    {"23514", "a check is violated"         },
    {"23P01", "an exclusion"                },
    {"23ZZZ", "a constraint is violated"    },
    {"44000", "WITH CHECK OPTION"           },
    {"P0001", "raised an exception"         },
    {"P0ZZZ", "a trigger failed"            },
};

START_TEST(what_data_can_cause_is_told_by_names_and_fixed_words_never_by_its_text)
{
    struct err err;

    pg_error_classify(&(struct pg_error){.sqlstate = told[_i].sqlstate,
                                         .message = "group 4711 is not welcome",
                                         .constraint = "no_guests",
                                         .table = "visits",
                                         .column = "guest"},
                      &err);
    ck_assert_ptr_null(strstr(err.message, "4711"));
    ck_assert_ptr_nonnull(strstr(err.message, "of table visits, column guest, constraint no_guests: "));
    ck_assert_msg(strstr(err.message, told[_i].words) != NULL, "%s", err.message);
}
END_TEST

START_TEST(a_column_that_nothing_fills_is_named)
{
    struct err err;

    pg_error_classify(
        &(struct pg_error){.sqlstate = "23502", .message = "x", .table = "study_sessions", .column = "rating"}, &err);
    ck_assert_ptr_nonnull(strstr(err.message, "table study_sessions, column rating"));
    ck_assert_ptr_nonnull(strstr(err.message, "default"));
}
END_TEST

START_TEST(an_exhausted_counter_says_what_to_do)
{
    struct err err;

    pg_error_classify(&(struct pg_error){.sqlstate = "54000",
                                         .message = "database is not accepting commands",
                                         .function = "GetNewMultiXactId"},
                      &err);
    ck_assert_ptr_nonnull(strstr(err.message, "not accepting commands"));
    ck_assert_ptr_nonnull(strstr(err.message, "VACUUM"));
}
END_TEST

static const char *const of_rows[] = {"22P05", "22001", "23502", "23505", "23514", "44000", "54001", "P0001", "09000"};

/* A setting, a statement that is prepared, a migration. */
START_TEST(without_a_row_no_row_is_blamed)
{
    struct pg_error error = {
        .sqlstate = of_rows[_i], .message = "what the server says", .table = "study_sessions", .session = true};
    struct err err;

    pg_error_classify(&error, &err);
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "what the server says"));
    ck_assert_ptr_nonnull(strstr(err.message, "\n  fix: "));
    ck_assert_ptr_null(strstr(err.message, " row"));
    ck_assert_ptr_null(strstr(err.message, "setval"));
}
END_TEST

START_TEST(without_a_row_the_rest_is_what_it_was)
{
    struct err err;

    pg_error_classify(&(struct pg_error){.sqlstate = "57P01", .session = true}, &err);
    ck_assert_int_eq(err.class, ERR_RENEW);
    pg_error_classify(&(struct pg_error){.sqlstate = "55P03", .session = true}, &err);
    ck_assert_int_eq(err.class, ERR_RETRY);
    pg_error_classify(&(struct pg_error){.sqlstate = "42501", .session = true}, &err);
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    pg_error_classify(&(struct pg_error){.sqlstate = "42P01", .session = true}, &err);
    ck_assert_ptr_nonnull(strstr(err.message, "sessiond migrate"));
}
END_TEST

/* In German, French, Japanese and Russian (PostgreSQL 15: src/backend/po). */
static const char *const translated[] = {
    "ungültige Eingabesyntax für Typ integer: »sessiond/name/groups/17«",
    "syntaxe en entrée invalide pour le type integer : « sessiond/name/groups/17 »",
    "\"integer\"型の入力構文が不正です: \"sessiond/name/groups/17\"",
    "неверный синтаксис для типа integer: \"sessiond/name/groups/17\"",
};

START_TEST(a_guard_is_understood_in_every_language)
{
    struct err err;

    pg_error_classify(&(struct pg_error){.sqlstate = "22P02", .message = translated[_i]}, &err);
    ck_assert_str_eq(err.code, "E-PG-NAME");
    ck_assert_msg(strstr(err.message, "the row of groups with id 17 has no name") != NULL, "%s", err.message);
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

    pg_error_classify(
        &(struct pg_error){.sqlstate = "23505", .constraint = "study_sessions_pkey", .table = "study_sessions"}, &err);
    ck_assert_ptr_nonnull(strstr(err.message, "setval"));
    ck_assert_ptr_nonnull(strstr(err.message, "study_sessions_pkey"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pg_error");
    TCase *tcase = tcase_create("pg_error");

    tcase_add_test(tcase, every_sqlstate_has_its_verdict);
    tcase_add_loop_test(tcase, what_data_can_cause_is_told_by_names_and_fixed_words_never_by_its_text, 0,
                        sizeof told / sizeof *told);
    tcase_add_test(tcase, a_column_that_nothing_fills_is_named);
    tcase_add_test(tcase, an_exhausted_counter_says_what_to_do);
    tcase_add_loop_test(tcase, without_a_row_no_row_is_blamed, 0, sizeof of_rows / sizeof *of_rows);
    tcase_add_test(tcase, without_a_row_the_rest_is_what_it_was);
    tcase_add_loop_test(tcase, a_guard_is_understood_in_every_language, 0, sizeof translated / sizeof *translated);
    tcase_add_test(tcase, a_code_outlives_the_next_error);
    tcase_add_test(tcase, a_sequence_left_behind_says_how_to_move_it);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
