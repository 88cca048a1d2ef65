/*
 * The assignment changes in the middle: what was read under the old one is dropped, and whoever owns the partitions
 * next answers it.
 */
#include "story.h"

/* ---- While publishing -------------------------------------------------------------------------------------------- */

START_TEST(a_rebalance_during_the_flush_drops_the_batch)
{
    given_commands(0, 3);
    plan("flush 1-3 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(transactions(TXN_ABORTED), 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_revocation_during_the_flush_drops_the_batch)
{
    given_commands(0, 3);
    plan("flush 1-3 pending, serve 1 revoke");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_rebalance_while_offsets_are_pending_drops_the_batch)
{
    given_commands(0, 3);
    plan("offsets 1-3 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_rebalance_while_the_commit_is_pending_does_not_undo_it)
{
    given_commands(0, 3);
    plan("commit 1-3 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_rebalance_during_a_pause_drops_the_batch)
{
    given_commands(0, 3);
    plan("flush 1 abort, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_rebalance_while_a_doubt_is_settled_publishes_nothing_twice)
{
    given_commands(0, 3);
    plan("commit 1 renew-done, settled 1-5 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_rebalance_while_an_unhappened_doubt_is_settled_loses_nothing)
{
    given_commands(0, 3);
    plan("commit 1 renew, settled 1-5 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

/* The doubt dies with the assignment: the next epoch starts from what the group has really committed. */
START_TEST(a_doubt_ends_with_its_assignment)
{
    given_commands(0, 3);
    plan("commit 1-7 pending, commit 8 renew-done, serve 2 rebalance");
    run_to_the_end();
    given_commands(0, 2);
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
    ck_assert_uint_eq(events_visible(), 5);
}
END_TEST

START_TEST(a_rebalance_while_the_producer_is_replaced_drops_the_batch)
{
    given_commands(0, 3);
    plan("flush 1 renew, init 2-6 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

/* ---- While PostgreSQL is asked ----------------------------------------------------------------------------------- */

START_TEST(a_rebalance_during_the_wait_for_an_answer_drops_the_batch)
{
    given_commands(0, 3);
    plan("receive 1-30 pending, serve 1 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_connection_lost_after_a_rebalance_is_made_anew_for_the_next_batch)
{
    given_commands(0, 3);
    plan("receive 1-30 pending, serve 1 rebalance, receive 31 renew");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_CONNECT], 2);
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
}
END_TEST

START_TEST(a_rebalance_while_the_database_is_down_drops_the_batch)
{
    given_commands(0, 3);
    plan("receive 1 renew, connect 2-9 renew, serve 3 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

/* ---- Batches in flight ------------------------------------------------------------------------------------------- */

/* With so many commands in batches of 300. */
static void answers_all_in_batches(int commands, const char *faults)
{
    world.config.batch_max_messages = 300;
    given_commands(0, commands);
    plan(faults);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), (size_t)commands);
}

START_TEST(both_batches_in_flight_are_dropped_by_a_rebalance)
{
    answers_all_in_batches(800, "flush 1-3 pending, serve 1 rebalance");
}
END_TEST

START_TEST(a_rebalance_in_a_fill_drops_the_batch_before)
{
    answers_all_in_batches(800, "fill 2 rebalance, fill 4 revoke");
}
END_TEST

START_TEST(what_was_read_ahead_is_dropped_by_a_rebalance)
{
    answers_all_in_batches(1000, "receive 1 pending, serve 1 rebalance");
}
END_TEST

START_TEST(what_was_read_ahead_is_dropped_by_a_rebalance_while_it_is_filled_up)
{
    answers_all_in_batches(1000, "fill 3 rebalance, fill 6 revoke");
}
END_TEST

/* While the first process waits for its commit it loses its session; the second one answers everything and goes on. */
static void taken_over(int process)
{
    if (process != 0 || world.calls[CALL_COMMIT] == 0)
        return;
    if (world.broker.member[0] && world.calls[CALL_COMMIT] == 1) {
        group_evict(0);
        given_commands(0, 2);
        (void)process_step(&world.processes[1]);
    }
    (void)process_step(&world.processes[1]);
}

START_TEST(at_least_once_a_commit_under_another_assignment_moves_no_offsets_back)
{
    world.config.events_delivery = DELIVERY_AT_LEAST_ONCE;
    world.process_count = 2;
    given_commands(0, 3);
    plan("commit 1 pending, commit 3-8 pending");
    run_steps(1);
    world.meanwhile = taken_over;
    run_steps(2);
    world.meanwhile = NULL;
    run_to_the_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rebalance");

    STORIES(suite, "while publishing", a_rebalance_during_the_flush_drops_the_batch,
            a_revocation_during_the_flush_drops_the_batch, a_rebalance_while_offsets_are_pending_drops_the_batch,
            a_rebalance_while_the_commit_is_pending_does_not_undo_it, a_rebalance_during_a_pause_drops_the_batch,
            a_rebalance_while_a_doubt_is_settled_publishes_nothing_twice,
            a_rebalance_while_an_unhappened_doubt_is_settled_loses_nothing, a_doubt_ends_with_its_assignment,
            a_rebalance_while_the_producer_is_replaced_drops_the_batch,
            at_least_once_a_commit_under_another_assignment_moves_no_offsets_back);
    STORIES(suite, "while PostgreSQL is asked", a_rebalance_during_the_wait_for_an_answer_drops_the_batch,
            a_connection_lost_after_a_rebalance_is_made_anew_for_the_next_batch,
            a_rebalance_while_the_database_is_down_drops_the_batch);
    STORIES(suite, "two batches in flight", both_batches_in_flight_are_dropped_by_a_rebalance,
            a_rebalance_in_a_fill_drops_the_batch_before, what_was_read_ahead_is_dropped_by_a_rebalance,
            what_was_read_ahead_is_dropped_by_a_rebalance_while_it_is_filled_up);
    return table_run(suite);
}
