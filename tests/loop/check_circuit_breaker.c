/*
 * The dead-letter brake, and what goes to the dead-letter topic and what to nobody.
 */
#include "story.h"

#include "worker/circuit_breaker.h"

static void given_kinds(int partition, enum entry_kind kind, int count)
{
    while (count-- > 0)
        given_kind(partition, kind);
}

START_TEST(the_brake_stops_exactly_after_the_limit)
{
    world.config.dlq_brake = 4;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 10);
    run_steps(30);
    ck_assert_uint_eq(events_visible(), 4);
    ck_assert_uint_eq(copies_visible(), 4);
    ck_assert_int_eq(world.broker.committed[0], 4);
}
END_TEST

START_TEST(a_braked_process_stays_in_its_group_and_reads_nothing)
{
    world.config.dlq_brake = 2;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 2);
    run_steps(3);
    uint64_t fills = world.calls[CALL_FILL], serves = world.calls[CALL_SERVE];
    given_commands(0, 3);
    run_steps(10);
    ck_assert_int_eq(world.processes[0].ends, 0);
    ck_assert_uint_eq(world.calls[CALL_FILL], fills);
    ck_assert_uint_ge(world.calls[CALL_SERVE], serves + 10);
    ck_assert_int_eq(world.broker.committed[0], 2);
}
END_TEST

START_TEST(a_restart_goes_on_where_the_brake_stopped)
{
    world.config.dlq_brake = 4;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 6);
    given_commands(0, 2);
    run_steps(10);
    process_kill(&world.processes[0]);
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 8);
}
END_TEST

START_TEST(the_run_goes_on_from_batch_to_batch)
{
    world.config.dlq_brake = 4;
    for (int i = 0; i < 6; i++) {
        given_kind(0, ENTRY_UNKNOWN_SCHEMA);
        run_steps(2);
    }
    ck_assert_int_eq(world.broker.committed[0], 4);
}
END_TEST

START_TEST(anything_else_in_between_begins_the_run_anew)
{
    world.config.dlq_brake = 4;
    for (int i = 0; i < 5; i++) {
        given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 3);
        given_kind(0, ENTRY_UNDECODABLE);
    }
    run_to_the_end();
    ck_assert_uint_eq(copies_visible(), 20);
}
END_TEST

START_TEST(refused_rows_count_too)
{
    world.config.dlq_brake = 3;
    for (unsigned id = 1; id <= 5; id++)
        given(0, id, REFUSED_GROUP, 1);
    run_steps(20);
    ck_assert_int_eq(world.broker.committed[0], 3);
    ck_assert_uint_eq(copies_visible(), 3);
}
END_TEST

START_TEST(without_a_limit_there_is_no_brake)
{
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 2000);
    run_to_the_end();
    ck_assert_uint_eq(copies_visible(), 2000);
}
END_TEST

/* What is given back lies behind in partition 0, and all of it in partition 1. */
START_TEST(offsets_of_what_is_given_back_are_not_committed)
{
    world.config.dlq_brake = 4;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 6);
    given_kinds(1, ENTRY_UNKNOWN_SCHEMA, 2);
    broker_append(0, &(struct entry){.kind = ENTRY_CONTROL});
    run_steps(10);
    ck_assert_int_eq(world.broker.committed[0], 4);
    ck_assert_int_eq(world.broker.committed[1], -1);
}
END_TEST

START_TEST(a_large_batch_is_published_up_to_the_brake)
{
    world.config.dlq_brake = 400;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 900);
    run_steps(10);
    ck_assert_int_eq(world.broker.committed[0], 400);
    ck_assert_uint_eq(events_visible(), 400);
}
END_TEST

/* They are read again, and count then. */
START_TEST(records_of_a_dropped_batch_do_not_count)
{
    world.config.dlq_brake = 4;
    given_kinds(0, ENTRY_UNKNOWN_SCHEMA, 3);
    plan("flush 1-3 pending, serve 1 rebalance");
    run_steps(20);
    ck_assert_uint_eq(copies_visible(), 3);
    given_kind(0, ENTRY_UNKNOWN_SCHEMA);
    given_command(0);
    run_steps(20);
    ck_assert_uint_eq(copies_visible(), 4);
    ck_assert_int_eq(world.broker.committed[0], 4);
}
END_TEST

START_TEST(only_what_nobody_can_read_or_store_is_copied)
{
    given(0, 1, 1, 1);
    given(0, 2, 0, 1);
    given(0, 3, -1, 1);
    given(0, 4, PARENTS + 1, PARENTS + 1);
    given(0, 1, 2, 2);
    run_to_the_end();
    ck_assert_uint_eq(copies_visible(), 0);
    given_kind(0, ENTRY_UNDECODABLE);
    given_kind(0, ENTRY_UNKNOWN_SCHEMA);
    given(0, 5, REFUSED_GROUP, 1);
    run_to_the_end();
    ck_assert_uint_eq(copies_visible(), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("circuit_breaker");

    STORIES(suite, "circuit_breaker", the_brake_stops_exactly_after_the_limit,
            a_braked_process_stays_in_its_group_and_reads_nothing, a_restart_goes_on_where_the_brake_stopped,
            the_run_goes_on_from_batch_to_batch, anything_else_in_between_begins_the_run_anew, refused_rows_count_too,
            without_a_limit_there_is_no_brake, offsets_of_what_is_given_back_are_not_committed,
            a_large_batch_is_published_up_to_the_brake, records_of_a_dropped_batch_do_not_count,
            only_what_nobody_can_read_or_store_is_copied);
    return table_run(suite);
}
