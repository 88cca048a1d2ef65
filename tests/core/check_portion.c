#include "table.h"

#include "core/portion.h"

static void happen(struct portion *portion, char *events, const struct table_row *row)
{
    char *kind;
    char *end;

    for (char *event = events; *event != 0 && *event != '-'; event = table_trim(end)) {
        uint64_t rows = strtoull(event, &kind, 10);
        ck_assert_msg(*kind == ':' || *kind == '!', "%s:%d: %s", row->path, row->line, event);
        long long ms = strtoll(kind + 1, &end, 10);
        ck_assert_msg(end > kind + 1, "%s:%d: %s", row->path, row->line, event);
        if (*kind == '!')
            portion_timed_out(portion, rows, ms);
        else
            portion_passed(portion, rows, ms);
    }
}

static void check_row(const struct table_row *row)
{
    struct portion portion = {0};
    char *why;

    ck_assert_int_eq(row->count, 2);
    happen(&portion, row->cell[0], row);
    ck_assert_msg(portion_of(&portion, 5000) == strtoull(row->cell[1], &why, 10), "%s:%d: %llu", row->path, row->line,
                  (unsigned long long)portion_of(&portion, 5000));
    ck_assert_uint_eq(portion_of(&portion, 1), 1);
}

START_TEST(so_many_rows_are_sent_as_the_table_says)
{
    table_each("tests/core/portion.table", check_row);
}
END_TEST

START_TEST(whatever_times_out_it_is_one_row_in_the_end_and_never_none)
{
    struct portion portion = {0};

    for (int i = 0; i < 100; i++)
        portion_timed_out(&portion, portion_of(&portion, UINT64_MAX), 1000);
    ck_assert_uint_eq(portion_of(&portion, 5000), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("portion");
    TCase *tcase = tcase_create("portion");

    tcase_add_test(tcase, so_many_rows_are_sent_as_the_table_says);
    tcase_add_test(tcase, whatever_times_out_it_is_one_row_in_the_end_and_never_none);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
