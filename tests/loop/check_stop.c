/*
 * How a process starts, and how it ends when it is asked to: soon, with nothing lost.
 */
#include "story.h"

START_TEST(the_group_is_joined_after_the_producer_has_fenced_its_predecessor)
{
    given_commands(0, 1);
    plan("connect 1-3 renew, connect 4 pending, topics 1-4 pending, init 1-3 pending, init 4 renew");
    run_to_the_end();
    ck_assert_int_lt(trace_of(CALL_INIT, 5), trace_of(CALL_FILL, 1));
    ck_assert_int_eq(world.processes[0].ends, 0);
}
END_TEST

START_TEST(a_broker_that_never_answers_ends_the_start)
{
    plan("topics 1-1000 pending");
    run_steps(1);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_UNREACHABLE);
    ck_assert_int_ge(world.now_ms, 1000000 + world.config.startup_timeout_ms);
    ck_assert_int_le(world.now_ms, 1000000 + world.config.startup_timeout_ms + 2000);
}
END_TEST

START_TEST(a_database_that_never_answers_ends_the_start)
{
    world.database.down_until_ms = INT64_MAX;
    run_steps(1);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_UNREACHABLE);
    ck_assert_int_le(world.now_ms, 1000000 + world.config.startup_timeout_ms + 5000);
}
END_TEST

static void start_over(void)
{
    given_commands(0, 3);
    run_to_the_end();
    plan("fill 1 renew");
    run_steps(1);
    plan_clear();
    ck_assert_int_eq(world.processes[0].end.class, ERR_RESTART);
    given_commands(0, 3);
}

static void assert_waited_for(void)
{
    ck_assert_int_gt(world.now_ms, 1000000 + 3 * world.config.startup_timeout_ms);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_uint_eq(events_visible(), 6);
}

START_TEST(a_broker_that_has_answered_before_is_waited_for_when_everything_is_opened_anew)
{
    start_over();
    plan("topics 1-1000 pending");
    run_to_the_end();
    assert_waited_for();
}
END_TEST

START_TEST(a_database_that_has_answered_before_is_waited_for_when_everything_is_opened_anew)
{
    start_over();
    world.database.down_until_ms = world.now_ms + 4 * world.config.startup_timeout_ms;
    run_to_the_end();
    assert_waited_for();
}
END_TEST

/* Its answers never come: not even a refusal. The connection gives up by itself after a while, then it is FAILED. */
START_TEST(a_database_that_swallows_connections_ends_the_start)
{
    plan("connect 1-700 pending, connect 701-2000 renew");
    run_steps(1);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_UNREACHABLE);
}
END_TEST

START_TEST(a_stop_in_the_middle_publishes_what_is_in_flight)
{
    world.config.batch_max_messages = 300;
    given_commands(0, 900);
    plan("receive 1 signal");
    run_steps(3);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_NONE);
    ck_assert_uint_eq(events_visible(), 300);
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_a_commit_is_slow_waits_for_its_answer)
{
    given_commands(0, 3);
    run_steps(1);
    plan("commit 1-6 pending, serve 2 signal");
    run_steps(1);
    ck_assert_uint_eq(events_visible(), 3);
    run_steps(1);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_NONE);
    run_to_the_end();
}
END_TEST

START_TEST(an_end_in_the_middle_of_a_transaction_leaves_none_open)
{
    given_commands(0, 3);
    plan("offsets 1 stop");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_STOP);
    ck_assert_uint_eq(transactions(TXN_OPEN), 0);
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_the_database_is_down_ends_at_once_and_loses_nothing)
{
    given_commands(0, 3);
    plan("receive 1 renew, connect 2-100 renew, serve 3 signal");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    ck_assert_uint_eq(events_visible(), 0);
    plan_clear();
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_a_connection_is_being_made_ends_in_time)
{
    given_commands(0, 3);
    run_steps(1);
    plan("receive 1 renew, connect 1-4000 pending, serve 3 signal");
    run_steps(1);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    ck_assert_int_le(world.now_ms - world.stop_ms, world.config.shutdown_timeout_ms);
    plan_clear();
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_an_answer_is_long_in_coming_ends_in_time)
{
    given_commands(0, 3);
    run_steps(1);
    plan("receive 1-600 pending, serve 1 signal");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    ck_assert_int_le(world.now_ms - world.stop_ms, world.config.shutdown_timeout_ms);
    plan_clear();
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_publishing_pauses_ends_and_loses_nothing)
{
    given_commands(0, 3);
    plan("flush 1-50 abort, serve 3 signal");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    plan_clear();
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_a_doubt_is_settled_leaves_it_to_the_next_start)
{
    given_commands(0, 3);
    plan("commit 1 renew-done, settled 1-50 pending, serve 3 signal");
    run_steps(2);
    ck_assert_int_eq(world.processes[0].ends, 1);
    plan_clear();
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 3);
}
END_TEST

START_TEST(a_stop_while_the_producer_is_prepared_ends)
{
    plan("init 1-1000 pending, serve 2 signal");
    run_steps(1);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stop");

    STORIES(suite, "start and stop", the_group_is_joined_after_the_producer_has_fenced_its_predecessor,
            a_broker_that_never_answers_ends_the_start, a_database_that_never_answers_ends_the_start,
            a_database_that_swallows_connections_ends_the_start,
            a_broker_that_has_answered_before_is_waited_for_when_everything_is_opened_anew,
            a_database_that_has_answered_before_is_waited_for_when_everything_is_opened_anew,
            a_stop_in_the_middle_publishes_what_is_in_flight, a_stop_while_a_commit_is_slow_waits_for_its_answer,
            an_end_in_the_middle_of_a_transaction_leaves_none_open,
            a_stop_while_the_database_is_down_ends_at_once_and_loses_nothing,
            a_stop_while_a_connection_is_being_made_ends_in_time, a_stop_while_an_answer_is_long_in_coming_ends_in_time,
            a_stop_while_publishing_pauses_ends_and_loses_nothing,
            a_stop_while_a_doubt_is_settled_leaves_it_to_the_next_start, a_stop_while_the_producer_is_prepared_ends);
    return table_run(suite);
}
