/* The word that each command of a replay counts as: replay_words.table. */
#include "core/replay_tally.h"

#include "table.h"

#define BEGUN_US 1000

static void fill_outcome(struct batch_item *item, char *text)
{
    char *replayed = strstr(text, " replayed");

    if (replayed != NULL)
        *replayed = 0;
    if (strcmp(text, "pending") == 0)
        return;
    item->outcome.kind = strcmp(text, "created") == 0 ? OUTCOME_CREATED : OUTCOME_REJECTED;
    item->outcome.code = errcode_from_name(bytes_of(text));
    item->outcome.decided = item->outcome.kind == OUTCOME_CREATED || errcode_decides(item->outcome.code);
    item->outcome.replayed = replayed != NULL;
}

static void check_row(const struct table_row *row)
{
    struct ledger_row ledger_row = {.kind = OUTCOME_CREATED};
    struct batch_item item = {0};

    fill_outcome(&item, row->cell[0]);
    if (strcmp(row->cell[1], "-") != 0)
        item.row = &ledger_row;
    if (strcmp(row->cell[1], "pruned") == 0)
        ledger_row.kind = OUTCOME_PRUNED;
    ledger_row.decided_us = strtoll(row->cell[1], NULL, 10);
    bool suppress = strcmp(row->cell[2], "suppress") == 0;
    const char *word = replay_word_name(replay_word_of(&item, BEGUN_US, suppress));
    ck_assert_msg(strcmp(word, row->cell[3]) == 0, "%s:%d: %s", row->path, row->line, word);
}

START_TEST(each_command_counts_as_the_table_says)
{
    table_each("tests/core/replay_words.table", check_row);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replay_tally");
    TCase *tcase = tcase_create("replay_tally");

    tcase_add_test(tcase, each_command_counts_as_the_table_says);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
