/* Exact percentiles by the nearest rank (percentile.table). */
#include "core/percentile.h"

#include "table.h"

static void check_row(const struct table_row *row)
{
    int64_t list[32];
    size_t count = 0;
    char *rest = row->cell[0], *token;

    while ((token = strsep(&rest, " ")) != NULL)
        if (*token != 0 && strcmp(token, "-") != 0)
            list[count++] = strtoll(token, NULL, 10);
    percentile_sort(list, count);
    int64_t got = percentile_of(list, count, (unsigned int)strtoul(row->cell[1], NULL, 10));
    ck_assert_msg(got == strtoll(row->cell[2], NULL, 10), "%s:%d: %lld", row->path, row->line, (long long)got);
}

START_TEST(a_percentile_is_one_of_the_measurements)
{
    table_each("tests/core/percentile.table", check_row);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("percentile");
    TCase *tcase = tcase_create("percentile");

    tcase_add_test(tcase, a_percentile_is_one_of_the_measurements);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
