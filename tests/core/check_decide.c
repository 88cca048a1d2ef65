/* Cases: decide.table, whose world is this one. */
#include "core/decide_case.h"

#include "core/cooldown.h"
#include "core/decide.h"

static const struct parent *find(const struct parent *parents, size_t count, struct field_int id)
{
    for (size_t i = 0; i < count; i++)
        if (id.state == FIELD_VALUE && parents[i].id == id.value)
            return &parents[i];
    return NULL;
}

static void check_row(const struct table_row *row)
{
    const struct parent groups[] = {
        {1, bytes_of("Animals")},
        {2, bytes_of("Colours")}
    };
    const struct parent activities[] = {
        {1, bytes_of("Flashcards")}
    };
    struct batch_item item = {
        .record = {.topic = "commands", .partition = 3, .offset = 33, .timestamp_ms = 5}
    };
    struct ledger_row ledger_row;

    decide_case_fill(row, &item);
    decide_row(&ledger_row, &item, find(groups, 2, item.command.group_id),
               find(activities, 1, item.command.study_activity_id), 1700000000000001);
    decide_case_assert(row, &ledger_row);
    ck_assert(field_int_equal(ledger_row.group_id, item.command.group_id));
    ck_assert(field_int_equal(ledger_row.study_activity_id, item.command.study_activity_id));
    ck_assert(ledger_row_is_of(&ledger_row, &item.record));
    ck_assert_int_eq(ledger_row.decided_us, 1700000000000001);
    if (ledger_row.kind == OUTCOME_CREATED)
        ck_assert_int_eq(ledger_row.session.start_us, 1700000000000001);
}

START_TEST(a_command_is_decided_as_the_table_says)
{
    table_each(DECIDE_TABLE, check_row);
}
END_TEST

/* ---- Cooldown ---------------------------------------------------------------------------------------------------- */

START_TEST(three_failures_running_for_one_reason_make_it_rest_a_minute)
{
    struct cooldown cooldown = {0};

    ck_assert(!cooldown_failed(&cooldown, "a", 1000));
    ck_assert(!cooldown_failed(&cooldown, "a", 2000));
    ck_assert(!cooldown_rests(&cooldown, 2000));
    ck_assert(cooldown_failed(&cooldown, "a", 3000));
    ck_assert(cooldown_rests(&cooldown, 3000) && cooldown_rests(&cooldown, 62999));
    ck_assert(!cooldown_rests(&cooldown, 63000));
    ck_assert(!cooldown_failed(&cooldown, "a", 63000));
}
END_TEST

START_TEST(another_reason_or_a_success_begins_the_count_anew)
{
    struct cooldown cooldown = {0};

    for (int i = 0; i < 10; i++) {
        ck_assert(!cooldown_failed(&cooldown, "a", i));
        ck_assert(!cooldown_failed(&cooldown, "a", i));
        if (i % 2 == 0)
            cooldown_passed(&cooldown);
        else
            ck_assert(!cooldown_failed(&cooldown, "b", i));
    }
    ck_assert(!cooldown_rests(&cooldown, 10));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decide");
    TCase *tcase = tcase_create("decide");

    tcase_add_test(tcase, a_command_is_decided_as_the_table_says);
    tcase_add_test(tcase, three_failures_running_for_one_reason_make_it_rest_a_minute);
    tcase_add_test(tcase, another_reason_or_a_success_begins_the_count_anew);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
