/*
 * The loop: what the ledger answers, PostgreSQL in trouble, two batches in flight.
 */
#include "story.h"

/* ---- Good days --------------------------------------------------------------------------------------------------- */

START_TEST(every_command_is_answered_once)
{
    for (int p = 0; p < PARTITIONS; p++)
        given_commands(p, 5);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 15);
    ck_assert_uint_eq(world.database.session_count, 15);
    ck_assert_uint_eq(world.calls[CALL_SEND], 1);
    ck_assert_uint_eq(world.calls[CALL_BEGIN], 1);
}
END_TEST

START_TEST(every_kind_of_command_gets_its_own_answer)
{
    given(0, 1, 1, 1);
    given(0, 0, 1, 1);
    given(0, 2, 0, 0);
    given(0, 3, -5, 1);
    given(0, 4, PARENTS + 1, 1);
    given(0, 5, 1, PARENTS + 1);
    given(0, 6, REFUSED_GROUP, 1);
    given_kind(0, ENTRY_UNDECODABLE);
    given_kind(0, ENTRY_UNKNOWN_SCHEMA);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 9);
    ck_assert_uint_eq(world.database.session_count, 2);
}
END_TEST

START_TEST(what_needs_no_decision_needs_no_database)
{
    given_kind(0, ENTRY_UNDECODABLE);
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SEND], 0);
}
END_TEST

START_TEST(duplicates_in_one_batch_get_the_first_ones_answer)
{
    given(0, 1, 1, 1);
    given(0, 1, 1, 1);
    given(0, 1, 1, 1);
    run_to_the_end();
    ck_assert_uint_eq(world.database.session_count, 1);
    ck_assert(!event_of(0, 0)->replayed);
    ck_assert(event_of(0, 1)->replayed);
    ck_assert_str_eq(event_of(0, 2)->value, event_of(0, 0)->value);
}
END_TEST

START_TEST(duplicates_in_later_batches_get_the_stored_answer)
{
    given(0, 1, 1, 1);
    run_to_the_end();
    given(1, 1, 1, 1);
    run_to_the_end();
    ck_assert_uint_eq(world.database.session_count, 1);
    ck_assert_str_eq(event_of(1, 0)->value, event_of(0, 0)->value);
}
END_TEST

START_TEST(an_id_used_again_with_other_values_is_refused_in_the_same_batch_too)
{
    given(0, 1, 1, 1);
    given(0, 1, 1, 2);
    given(0, 1, 1, 1);
    run_to_the_end();
    ck_assert_str_eq(event_of(0, 1)->code, "COMMAND_ID_REUSED");
    ck_assert_str_eq(event_of(0, 2)->code, "");
}
END_TEST

START_TEST(a_refused_row_leaves_its_id_to_the_next_one)
{
    given(0, 1, REFUSED_GROUP, 1);
    given(0, 1, 1, 1);
    run_to_the_end();
    ck_assert_str_eq(event_of(0, 0)->code, "STORE_REFUSED");
    ck_assert_str_eq(event_of(0, 1)->code, "");
}
END_TEST

START_TEST(suppressed_duplicates_give_no_event_but_move_the_offsets)
{
    world.config.duplicates = DUPLICATES_SUPPRESS;
    given(0, 1, 1, 1);
    given(0, 1, 1, 1);
    run_to_the_end();
    given(0, 1, 1, 1);
    given(0, 1, 2, 2);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 2);
    ck_assert_int_eq(world.broker.committed[0], 4);
}
END_TEST

START_TEST(a_batch_of_suppressed_duplicates_alone_moves_the_offsets)
{
    world.config.duplicates = DUPLICATES_SUPPRESS;
    given(0, 1, 1, 1);
    run_to_the_end();
    given(0, 1, 1, 1);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 1);
    ck_assert_int_eq(world.broker.committed[0], 2);
}
END_TEST

/* ---- PostgreSQL in trouble --------------------------------------------------------------------------------------- */

START_TEST(a_failed_flight_is_repeated_on_the_same_connection)
{
    given_commands(0, 3);
    plan("receive 1-3 retry");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SEND], 4);
    ck_assert_uint_eq(world.calls[CALL_CONNECT], 1);
}
END_TEST

START_TEST(an_ambiguous_commit_is_asked_again_and_creates_nothing_twice)
{
    given_commands(0, 3);
    plan("receive 1 renew-done, receive 2 retry-done");
    run_to_the_end();
    ck_assert_uint_eq(world.database.session_count, 3);
    ck_assert_uint_eq(world.calls[CALL_CONNECT], 2);
    ck_assert(!event_of(0, 0)->replayed);
}
END_TEST

static void fail_over_at_the_second_connect(int process)
{
    (void)process;
    if (world.calls[CALL_RECEIVE] == 1 && world.calls[CALL_CONNECT] == 2)
        database_failover();
}

/* The rows were there, but on no standby: what is published must be what is decided anew. */
START_TEST(an_ambiguous_commit_that_a_failover_loses_is_decided_anew)
{
    given_commands(0, 3);
    plan("receive 1 renew-done, connect 2-3 renew");
    world.meanwhile = fail_over_at_the_second_connect;
    run_to_the_end();
    ck_assert_int_eq(world.database.sequence, 6);
    ck_assert_uint_eq(world.database.session_count, 3);
}
END_TEST

START_TEST(a_connection_lost_before_the_commit_is_made_anew)
{
    given_commands(0, 3);
    plan("receive 1 renew, send 2 renew, connect 2-6 renew, connect 7 pending");
    run_to_the_end();
    ck_assert_uint_eq(world.database.session_count, 3);
}
END_TEST

START_TEST(a_database_that_is_down_for_an_hour_changes_nothing)
{
    given_commands(0, 3);
    run_steps(1);
    world.database.down_until_ms = world.now_ms + 3600 * 1000;
    given(1, 1, 1, 1);
    given(1, 1, 2, 2);
    run_to_the_end();
    ck_assert_int_ge(world.now_ms, world.database.down_until_ms);
    ck_assert_uint_ge(world.calls[CALL_CONNECT], 1000);
    ck_assert_uint_le(world.calls[CALL_CONNECT], 20000);
    ck_assert_str_eq(event_of(1, 1)->code, "COMMAND_ID_REUSED");
}
END_TEST

START_TEST(the_group_is_served_while_the_database_is_down)
{
    given_commands(0, 3);
    run_steps(1);
    world.database.down_until_ms = world.now_ms + 60 * 1000;
    run_to_the_end();
    ck_assert_uint_ge(world.calls[CALL_SERVE], 60);
}
END_TEST

START_TEST(the_group_is_served_while_an_answer_is_long_in_coming)
{
    given_commands(0, 3);
    plan("receive 1-100 pending");
    run_to_the_end();
    ck_assert_uint_ge(world.calls[CALL_SERVE], 9);
    ck_assert_uint_eq(world.calls[CALL_SEND], 1);
}
END_TEST

START_TEST(what_only_the_operator_can_mend_ends_the_process_unanswered)
{
    given_commands(0, 3);
    plan("receive 1 stop");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].end.class, ERR_STOP);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_CONFIG);
    ck_assert_uint_eq(events_visible(), 0);
    run_to_the_end();
}
END_TEST

/* ---- Overlap ----------------------------------------------------------------------------------------------------- */

START_TEST(a_small_batch_is_published_before_anything_new_is_taken)
{
    given_commands(0, WORKER_OVERLAP_MIN - 1);
    run_steps(2);
    ck_assert_uint_eq(events_visible(), WORKER_OVERLAP_MIN - 1);
    ck_assert_uint_eq(world.calls[CALL_FILL], 1);
}
END_TEST

START_TEST(a_large_batch_is_published_while_the_next_is_decided)
{
    world.config.batch_max_messages = WORKER_OVERLAP_MIN;
    given_commands(0, 2 * WORKER_OVERLAP_MIN);
    run_steps(2);
    ck_assert_uint_eq(events_visible(), 0);
    run_steps(1);
    ck_assert_uint_eq(events_visible(), WORKER_OVERLAP_MIN);
    ck_assert_int_lt(trace_of(CALL_ADVANCE, 2), trace_of(CALL_BEGIN, 1));
    ck_assert_int_lt(trace_of(CALL_COMMIT, 1), trace_of(CALL_RECEIVE, 2));
    run_to_the_end();
}
END_TEST

START_TEST(a_large_batch_is_published_when_nothing_follows)
{
    given_commands(0, WORKER_OVERLAP_MIN);
    run_steps(3);
    ck_assert_uint_eq(events_visible(), WORKER_OVERLAP_MIN);
    ck_assert_uint_eq(world.calls[CALL_FILL], 3); /* one of them ahead */
}
END_TEST

START_TEST(the_batch_after_the_next_is_read_while_the_next_is_decided)
{
    world.config.batch_max_messages = WORKER_OVERLAP_MIN;
    given_commands(0, 2 * WORKER_OVERLAP_MIN);
    while (world.calls[CALL_RECEIVE] == 0)
        run_steps(1);
    ck_assert_int_gt(trace_of(CALL_FILL, (int)world.calls[CALL_FILL]), trace_of(CALL_SEND, 1));
    ck_assert_int_lt(trace_of(CALL_FILL, (int)world.calls[CALL_FILL]), trace_of(CALL_RECEIVE, 1));
    run_to_the_end();
}
END_TEST

START_TEST(what_was_read_ahead_is_filled_up_before_it_is_sent)
{
    world.config.batch_max_messages = 2 * WORKER_OVERLAP_MIN;
    given_commands(0, 3 * WORKER_OVERLAP_MIN);
    while (world.calls[CALL_RECEIVE] == 0)
        run_steps(1);
    given_commands(0, WORKER_OVERLAP_MIN);
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_SEND], 2);
}
END_TEST

START_TEST(what_was_decided_is_published_while_postgresql_is_held_up)
{
    world.config.batch_max_messages = WORKER_OVERLAP_MIN;
    given_commands(0, 2 * WORKER_OVERLAP_MIN);
    plan("advance 2 pending, receive 2-20 pending");
    while (world.calls[CALL_RECEIVE] < 2)
        run_steps(1);
    ck_assert_uint_ge(events_visible(), WORKER_OVERLAP_MIN);
    ck_assert_int_lt(trace_of(CALL_COMMIT, 1), trace_of(CALL_RECEIVE, 2));
    run_to_the_end();
}
END_TEST

START_TEST(duplicates_across_two_batches_in_flight_are_decided_once)
{
    world.config.batch_max_messages = 300;
    for (unsigned id = 1; id <= 400; id++)
        given(0, id, 1, 1);
    for (unsigned id = 1; id <= 400; id++)
        given(0, id, 1, 1 + id % 2);
    run_to_the_end();
    ck_assert_uint_eq(world.database.session_count, 400);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker");

    STORIES(suite, "good days", every_command_is_answered_once, every_kind_of_command_gets_its_own_answer,
            what_needs_no_decision_needs_no_database, duplicates_in_one_batch_get_the_first_ones_answer,
            duplicates_in_later_batches_get_the_stored_answer,
            an_id_used_again_with_other_values_is_refused_in_the_same_batch_too,
            a_refused_row_leaves_its_id_to_the_next_one, suppressed_duplicates_give_no_event_but_move_the_offsets,
            a_batch_of_suppressed_duplicates_alone_moves_the_offsets);
    STORIES(suite, "PostgreSQL in trouble", a_failed_flight_is_repeated_on_the_same_connection,
            an_ambiguous_commit_is_asked_again_and_creates_nothing_twice,
            an_ambiguous_commit_that_a_failover_loses_is_decided_anew, a_connection_lost_before_the_commit_is_made_anew,
            a_database_that_is_down_for_an_hour_changes_nothing, the_group_is_served_while_the_database_is_down,
            the_group_is_served_while_an_answer_is_long_in_coming,
            what_only_the_operator_can_mend_ends_the_process_unanswered);
    STORIES(suite, "overlap", a_small_batch_is_published_before_anything_new_is_taken,
            a_large_batch_is_published_while_the_next_is_decided, a_large_batch_is_published_when_nothing_follows,
            the_batch_after_the_next_is_read_while_the_next_is_decided,
            what_was_read_ahead_is_filled_up_before_it_is_sent,
            the_batch_after_the_next_is_read_while_the_next_is_decided,
            what_was_decided_is_published_while_postgresql_is_held_up,
            what_was_read_ahead_is_filled_up_before_it_is_sent,
            duplicates_across_two_batches_in_flight_are_decided_once);
    return table_run(suite);
}
