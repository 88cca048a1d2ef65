/*
 * The transaction protocol, one way to fail a test: the events of a batch and its offsets go out together, once.
 */
#include "story.h"

/* ---- A commit in doubt ------------------------------------------------------------------------------------------- */

START_TEST(a_commit_in_doubt_that_happened_is_not_published_again)
{
    given_commands(0, 3);
    plan("commit 1 renew-done");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 1);
}
END_TEST

START_TEST(a_commit_in_doubt_that_never_arrived_is_published_by_a_new_producer)
{
    given_commands(0, 3);
    plan("commit 1 renew");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
    ck_assert_uint_eq(transactions(TXN_ABORTED), 1);
}
END_TEST

START_TEST(a_commit_in_doubt_that_is_still_being_written_is_settled_first)
{
    given_commands(0, 3);
    plan("commit 1 renew-late");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(a_doubt_that_cannot_be_settled_yet_is_waited_for)
{
    given_commands(0, 3);
    plan("commit 1 renew-done, settled 1-8 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 9);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(a_doubt_settled_late_as_not_committed_is_published)
{
    given_commands(0, 3);
    plan("commit 1 renew, settled 1-8 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 9);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
}
END_TEST

START_TEST(the_same_batch_may_be_in_doubt_again_and_again)
{
    given_commands(0, 3);
    plan("commit 1-4 renew, commit 5 renew-done");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 5);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 5);
    ck_assert_uint_eq(transactions(TXN_COMMITTED), 1);
}
END_TEST

START_TEST(a_doubt_about_one_batch_is_over_when_the_next_is_published)
{
    given_commands(0, 3);
    plan("commit 1 renew-done");
    run_to_the_end();
    given_commands(0, 2);
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 1);
    ck_assert_uint_eq(events_visible(), 5);
}
END_TEST

START_TEST(a_commit_that_takes_longer_than_the_deadline_is_in_doubt)
{
    given_commands(0, 3);
    plan("commit 1 pending-done, commit 2-200 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 1);
}
END_TEST

/* ---- Steps that take their time ---------------------------------------------------------------------------------- */

START_TEST(a_pending_commit_is_resumed)
{
    given_commands(0, 3);
    plan("commit 1-5 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_COMMIT], 6);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(world.renewals, 0);
}
END_TEST

START_TEST(a_commit_that_happened_but_answers_late_is_resumed)
{
    given_commands(0, 3);
    plan("commit 1 pending-done");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_COMMIT], 2);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(pending_offsets_are_sent_again)
{
    given_commands(0, 3);
    plan("offsets 1 pending, offsets 2 pending-done");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_OFFSETS], 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(a_pending_flush_serves_the_group)
{
    given_commands(0, 3);
    plan("flush 1-20 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_FLUSH], 21);
    ck_assert_uint_ge(world.calls[CALL_SERVE], 8);
    ck_assert_uint_eq(world.renewals, 0);
}
END_TEST

START_TEST(a_flush_without_end_gets_a_new_producer_after_the_deadline)
{
    given_commands(0, 3);
    plan("flush 1-60 pending");
    run_to_the_end();
    ck_assert_uint_ge(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
}
END_TEST

START_TEST(an_abort_without_end_gets_a_new_producer)
{
    given_commands(0, 3);
    plan("flush 1 abort, abort 1-60 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
}
END_TEST

/* ---- Aborts ------------------------------------------------------------------------------------------------------ */

START_TEST(a_commit_that_requires_an_abort_and_did_not_happen_is_published_again)
{
    given_commands(0, 3);
    plan("commit 1 abort");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_ABORT], 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
    ck_assert_uint_eq(world.renewals, 0);
}
END_TEST

START_TEST(a_commit_that_requires_an_abort_and_happened_is_not_published_again)
{
    given_commands(0, 3);
    plan("commit 1 abort-done");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_ABORT], 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(world.renewals, 1);
}
END_TEST

START_TEST(a_commit_that_was_late_and_then_requires_an_abort_may_have_happened)
{
    given_commands(0, 3);
    plan("commit 1 pending-done, commit 2 abort");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(an_abort_that_succeeds_because_the_broker_forgot_the_producer_ends_no_doubt)
{
    given_commands(0, 3);
    plan("commit 1 abort-done, abort 1 forgotten");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(a_doubt_outlives_an_abort_without_end)
{
    given_commands(0, 3);
    plan("commit 1 abort-done, abort 1-60 pending");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(refused_offsets_are_aborted_and_published_again)
{
    given_commands(0, 3);
    plan("offsets 1 abort");
    run_to_the_end();
    ck_assert_uint_eq(transactions(TXN_ABORTED), 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
}
END_TEST

START_TEST(a_failed_delivery_is_aborted_and_published_again)
{
    given_commands(0, 3);
    plan("flush 1 abort, produce 5 abort");
    run_to_the_end();
    ck_assert_uint_eq(transactions(TXN_ABORTED), 2);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 3);
}
END_TEST

START_TEST(a_producer_that_cannot_abort_is_replaced)
{
    given_commands(0, 3);
    plan("flush 1 abort, abort 1 renew");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
}
END_TEST

/* ---- New producers ----------------------------------------------------------------------------------------------- */

START_TEST(a_producer_that_fails_at_begin_is_replaced)
{
    given_commands(0, 3);
    plan("begin 1 renew");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
}
END_TEST

START_TEST(a_new_producer_that_fails_too_is_replaced_until_one_is_ready)
{
    given_commands(0, 3);
    plan("flush 1 renew, init 2-4 renew, init 5-9 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 4);
    ck_assert_uint_eq(world.calls[CALL_SETTLED], 0);
}
END_TEST

START_TEST(a_doubt_outlives_producers_that_never_get_ready)
{
    given_commands(0, 3);
    plan("commit 1 renew-done, init 2-4 renew");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_tainted_producer_never_begins_another_transaction)
{
    given_commands(0, 3);
    plan("commit 1 taint");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 0);
    given_commands(0, 3);
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(events_visible(), 6);
}
END_TEST

START_TEST(a_producer_tainted_by_an_abort_is_replaced_before_the_next_try)
{
    given_commands(0, 3);
    plan("flush 1 abort, abort 1 taint");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_transaction_that_the_broker_timed_out_is_published_again)
{
    given_commands(0, 3);
    plan("flush 1-32 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(after_a_fence_the_groups_word_is_waited_for)
{
    given_commands(0, 3);
    plan("flush 1-32 pending, serve 25 stop");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_STOP);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_FENCED);
    ck_assert_uint_eq(world.renewals, 0);
}
END_TEST

/* The transactions' coordinator may say of the member what the group would have said. */
START_TEST(a_member_fenced_by_another_process_ends_this_one)
{
    given_commands(0, 3);
    plan("offsets 1 stop");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_FENCED);
    ck_assert_uint_eq(world.renewals, 0);
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_at_the_commit_aborts_nothing_that_may_have_happened)
{
    given_commands(0, 3);
    plan("commit 1 stop");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].end.class, ERR_STOP);
    ck_assert_uint_eq(world.renewals, 0);
    ck_assert_uint_eq(world.calls[CALL_ABORT], 0);
    run_to_the_end();
}
END_TEST

/* ---- The consumer is over ---------------------------------------------------------------------------------------- */

static void assert_started_over(void)
{
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_RESTART);
    ck_assert_uint_eq(world.renewals, 0);
    ck_assert_uint_eq(transactions(TXN_OPEN), 0);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
}

START_TEST(a_consumer_that_is_over_while_events_are_delivered_is_no_failure_of_the_producer)
{
    given_commands(0, 3);
    plan("flush 1-30 pending, serve 1 renew");
    run_steps(2);
    assert_started_over();
}
END_TEST

START_TEST(a_consumer_that_is_over_while_a_commit_is_awaited_is_no_failure_of_the_producer)
{
    given_commands(0, 3);
    plan("commit 1-30 pending-done, serve 1 renew");
    run_steps(2);
    assert_started_over();
}
END_TEST

START_TEST(a_consumer_that_is_over_while_the_producer_is_prepared_ends_the_wait)
{
    plan("init 1-30 pending, serve 1 renew");
    run_steps(1);
    given_commands(0, 3);
    assert_started_over();
}
END_TEST

START_TEST(a_consumer_that_is_over_while_postgresql_is_waited_for_is_no_failure_of_postgresql)
{
    given_commands(0, 3);
    plan("receive 1-30 pending, serve 1 renew");
    run_steps(2);
    ck_assert_uint_eq(world.calls[CALL_CONNECT], 1);
    assert_started_over();
}
END_TEST

START_TEST(a_consumer_that_is_over_while_a_connection_is_made_ends_the_wait)
{
    given_commands(0, 3);
    plan("receive 1 renew, connect 2-60 renew, serve 4 renew");
    run_steps(2);
    assert_started_over();
}
END_TEST

START_TEST(a_consumer_that_is_over_when_a_fence_is_watched_is_no_fence_by_another_process)
{
    given_commands(0, 3);
    plan("flush 1-32 pending, serve 25 renew");
    run_steps(2);
    assert_started_over();
}
END_TEST

/* Its events are out: giving the producer up would repeat them, and help nobody. */
START_TEST(at_least_once_a_commit_is_waited_for_as_long_as_it_takes)
{
    world.config.events_delivery = DELIVERY_AT_LEAST_ONCE;
    given_commands(0, 3);
    plan("commit 1-300 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.renewals, 0);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

/* ---- Offsets ----------------------------------------------------------------------------------------------------- */

START_TEST(offsets_behind_control_records_are_committed_with_the_batch)
{
    given_commands(0, 2);
    broker_append(0, &(struct entry){.kind = ENTRY_CONTROL});
    run_to_the_end();
    ck_assert_int_eq(world.broker.committed[0], 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(control_records_alone_are_committed_when_idle)
{
    given_commands(0, 2);
    run_to_the_end();
    broker_append(0, &(struct entry){.kind = ENTRY_CONTROL});
    run_to_the_end();
    ck_assert_int_eq(world.broker.committed[0], 3);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
    run_steps(20);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 2);
}
END_TEST

START_TEST(trailing_offsets_survive_a_doubt_too)
{
    broker_append(0, &(struct entry){.kind = ENTRY_CONTROL});
    plan("commit 1 renew, commit 2 renew-done");
    run_to_the_end();
    given_commands(0, 1);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publish");

    STORIES(suite, "a commit in doubt", a_commit_in_doubt_that_happened_is_not_published_again,
            a_commit_in_doubt_that_never_arrived_is_published_by_a_new_producer,
            a_commit_in_doubt_that_is_still_being_written_is_settled_first,
            a_doubt_that_cannot_be_settled_yet_is_waited_for, a_doubt_settled_late_as_not_committed_is_published,
            the_same_batch_may_be_in_doubt_again_and_again, a_doubt_about_one_batch_is_over_when_the_next_is_published,
            a_commit_that_takes_longer_than_the_deadline_is_in_doubt);
    STORIES(suite, "steps that take their time", a_pending_commit_is_resumed,
            a_commit_that_happened_but_answers_late_is_resumed, pending_offsets_are_sent_again,
            a_pending_flush_serves_the_group, a_flush_without_end_gets_a_new_producer_after_the_deadline,
            an_abort_without_end_gets_a_new_producer);
    STORIES(suite, "aborts", a_commit_that_requires_an_abort_and_did_not_happen_is_published_again,
            a_commit_that_requires_an_abort_and_happened_is_not_published_again,
            a_commit_that_was_late_and_then_requires_an_abort_may_have_happened,
            an_abort_that_succeeds_because_the_broker_forgot_the_producer_ends_no_doubt,
            a_doubt_outlives_an_abort_without_end, refused_offsets_are_aborted_and_published_again,
            a_failed_delivery_is_aborted_and_published_again, a_producer_that_cannot_abort_is_replaced);
    STORIES(suite, "new producers", a_producer_that_fails_at_begin_is_replaced,
            a_new_producer_that_fails_too_is_replaced_until_one_is_ready,
            a_doubt_outlives_producers_that_never_get_ready, a_tainted_producer_never_begins_another_transaction,
            a_producer_tainted_by_an_abort_is_replaced_before_the_next_try,
            a_transaction_that_the_broker_timed_out_is_published_again, after_a_fence_the_groups_word_is_waited_for,
            a_member_fenced_by_another_process_ends_this_one,
            a_stop_at_the_commit_aborts_nothing_that_may_have_happened);
    STORIES(suite, "the consumer is over",
            a_consumer_that_is_over_while_events_are_delivered_is_no_failure_of_the_producer,
            a_consumer_that_is_over_while_a_commit_is_awaited_is_no_failure_of_the_producer,
            a_consumer_that_is_over_while_the_producer_is_prepared_ends_the_wait,
            a_consumer_that_is_over_while_postgresql_is_waited_for_is_no_failure_of_postgresql,
            a_consumer_that_is_over_while_a_connection_is_made_ends_the_wait,
            a_consumer_that_is_over_when_a_fence_is_watched_is_no_fence_by_another_process);
    STORIES(suite, "offsets", at_least_once_a_commit_is_waited_for_as_long_as_it_takes,
            offsets_behind_control_records_are_committed_with_the_batch, control_records_alone_are_committed_when_idle,
            trailing_offsets_survive_a_doubt_too);
    return table_run(suite);
}
