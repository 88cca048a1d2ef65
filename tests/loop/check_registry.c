/*
 * Commands that name their schema by an id: the batch waits for the registry, and everything else goes on.
 */
#include "story.h"

START_TEST(a_command_waits_until_the_registry_has_answered)
{
    (void)given_registered(0);
    plan("registry 1-100 pending");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 1);
    ck_assert_uint_eq(copies_visible(), 0);
}
END_TEST

START_TEST(a_schema_is_asked_for_once)
{
    world.config.batch_max_messages = 1;
    for (int i = 0; i < 5; i++)
        (void)given_registered(0);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 5);
    ck_assert_uint_eq(world.calls[CALL_REGISTRY], 1);
}
END_TEST

START_TEST(an_id_that_the_registry_does_not_know_is_answered)
{
    int64_t offset = given_kind(0, ENTRY_UNKNOWN_SCHEMA);

    given_commands(0, 1);
    run_to_the_end();
    ck_assert_str_eq(event_of(0, offset)->code, "UNKNOWN_SCHEMA");
    ck_assert_uint_eq(copies_visible(), 1);
    ck_assert_uint_eq(events_visible(), 2);
}
END_TEST

START_TEST(what_was_decided_before_is_published_while_the_registry_is_away)
{
    world.config.batch_max_messages = WORKER_OVERLAP_MIN;
    given_commands(0, WORKER_OVERLAP_MIN);
    (void)given_registered(0);
    run_steps(2);
    ck_assert_uint_eq(events_visible(), 0);
    plan("registry 1-3 pending");
    run_steps(1);
    ck_assert_int_lt(trace_of(CALL_COMMIT, 1), trace_of(CALL_REGISTRY, 1));
    run_to_the_end();
}
END_TEST

START_TEST(a_batch_whose_partitions_go_while_it_waits_is_left_to_their_new_owner)
{
    (void)given_registered(0);
    plan("registry 1-200 pending, serve 2 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 1);
}
END_TEST

START_TEST(what_a_dropped_batch_had_asked_for_holds_nobody_up)
{
    (void)given_registered(0);
    run_steps(1);
    plan("registry 1-100000 pending, serve 1 revoke");
    run_steps(1);
    world.broker.committed[0] = 1; /* another member has answered it */
    given_commands(1, 1);
    run_steps(4);
    ck_assert_uint_eq(events_of(1, 0), 1);
    plan_clear();
    world.broker.committed[0] = -1;
    process_kill(&world.processes[0]);
    run_to_the_end();
}
END_TEST

START_TEST(a_stop_while_the_registry_is_away_ends_and_loses_nothing)
{
    (void)given_registered(0);
    run_steps(1);
    plan("registry 1-1000 pending, serve 3 signal");
    run_steps(1);
    ck_assert_int_eq(world.processes[0].ends, 1);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    ck_assert_int_le(world.now_ms - world.stop_ms, 200);
    ck_assert_uint_eq(events_visible(), 0);
    plan_clear();
    run_to_the_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");

    STORIES(suite, "waiting for schemas", a_command_waits_until_the_registry_has_answered, a_schema_is_asked_for_once,
            an_id_that_the_registry_does_not_know_is_answered,
            what_was_decided_before_is_published_while_the_registry_is_away,
            a_batch_whose_partitions_go_while_it_waits_is_left_to_their_new_owner,
            what_a_dropped_batch_had_asked_for_holds_nobody_up,
            a_stop_while_the_registry_is_away_ends_and_loses_nothing);
    return table_run(suite);
}
