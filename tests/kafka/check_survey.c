/*
 * What `sessiond check` says of replicas: a table, since a test with one broker can show two of its lines.
 */
#include "kafka/tools/survey.h"

#include "table.h"

static const char *const words[] = {
    [COPIES_GOOD] = "good",         [COPIES_UNKNOWN] = "unknown", [COPIES_ONE] = "one",
    [COPIES_NO_SLACK] = "no slack", [COPIES_THIN] = "thin",       [COPIES_TOO_FEW] = "too few",
};

static void judge(const struct table_row *row)
{
    int64_t min_isr = strcmp(row->cell[1], "?") == 0 ? SURVEY_UNREAD : strtoll(row->cell[1], NULL, 10);
    enum survey_copies copies = survey_copies(strtoll(row->cell[0], NULL, 10), min_isr);

    ck_assert_msg(strcmp(words[copies], row->cell[2]) == 0, "%s:%d: %s", row->path, row->line, words[copies]);
}

START_TEST(copies_are_judged_as_the_table_says)
{
    table_each("tests/kafka/copies.table", judge);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("survey");
    TCase *tests = tcase_create("survey");

    tcase_add_test(tests, copies_are_judged_as_the_table_says);
    suite_add_tcase(suite, tests);
    return table_run(suite);
}
