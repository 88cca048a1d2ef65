/*
 * What a topic refuses for its size goes out in a smaller form, and nothing else does.
 */
#include "story.h"

/* One command in the middle whose echo makes its event too large. */
static void given_large_echo(size_t size)
{
    char *echo = calloc(1, size + 1);

    given_command(0);
    int64_t offset = given_command(0);
    given_command(0);
    memset(echo, 'e', size);
    world.broker.logs[0][offset].echo = echo;
}

START_TEST(an_event_that_is_too_large_goes_out_bare)
{
    given_large_echo(4000);
    world.broker.event_max_bytes = 2000;
    run_to_the_end();
    ck_assert(event_of(0, 1)->bare);
    ck_assert(!event_of(0, 0)->bare);
    ck_assert(!event_of(0, 2)->bare);
}
END_TEST

START_TEST(a_refusal_is_forgotten_with_its_attempt)
{
    given_large_echo(4000);
    world.broker.event_max_bytes = 2000;
    plan("flush 3 abort");
    run_to_the_end();
    ck_assert_uint_eq(world.calls[CALL_FLUSH], 4);
    ck_assert_int_eq(world.processes[0].ends, 0);
}
END_TEST

START_TEST(the_producer_that_sends_records_alone_does_not_stay)
{
    given_large_echo(4000);
    world.broker.event_max_bytes = 2000;
    run_to_the_end();
    given_commands(0, 2);
    run_to_the_end();
    ck_assert(!world.processes[0].sink.unbatched);
    ck_assert_uint_eq(world.renewals, 2);
}
END_TEST

START_TEST(a_bare_event_that_is_too_large_ends_the_process)
{
    given_command(0);
    world.broker.event_max_bytes = 100;
    run_steps(3);
    ck_assert_int_eq(world.processes[0].end.class, ERR_STOP);
    ck_assert_int_eq(world.processes[0].end.exit_code, EXIT_CONFIG);
    ck_assert_str_eq(world.processes[0].end.code, "E-KAFKA-SIZE");
    ck_assert_uint_eq(events_visible(), 0);
}
END_TEST

static void given_large_letter(size_t size)
{
    int64_t offset = given_kind(0, ENTRY_UNDECODABLE);
    struct entry *entry = &world.broker.logs[0][offset];

    free(entry->value);
    entry->value = calloc(1, size + 1);
    memset(entry->value, 'v', size);
    entry->value_len = size;
}

START_TEST(a_dead_letter_copy_that_is_too_large_is_cut)
{
    given_large_letter(20000);
    world.broker.copy_max_bytes = 1500;
    run_to_the_end();
    ck_assert_uint_eq(copies_visible(), 1);
    for (size_t i = 0; i < world.broker.event_count; i++)
        if (world.broker.events[i].is_copy && broker_visible(&world.broker.events[i]))
            ck_assert(world.broker.events[i].truncated);
}
END_TEST

START_TEST(the_second_one_costs_no_producer_and_no_abort)
{
    given_command(0);
    given_large_letter(20000);
    given_command(0);
    world.broker.copy_max_bytes = 1500;
    run_to_the_end();
    uint64_t renewals = world.renewals;
    uint64_t aborts = world.calls[CALL_ABORT];
    ck_assert_uint_ge(renewals, 1);

    given_command(0);
    run_to_the_end(); /* the producer that sent records alone is replaced here */
    renewals = world.renewals;
    for (size_t size = 30000; size > 5000; size -= 10000) {
        given_command(0);
        given_large_letter(size);
        given_command(0);
        run_to_the_end();
    }
    ck_assert_uint_eq(copies_visible(), 4);
    ck_assert_uint_eq(world.renewals, renewals);
    ck_assert_uint_eq(world.calls[CALL_ABORT], aborts);
}
END_TEST

START_TEST(a_copy_that_fits_in_no_form_ends_the_process)
{
    given_kind(0, ENTRY_UNDECODABLE);
    world.broker.copy_max_bytes = 50;
    run_steps(3);
    ck_assert_str_eq(world.processes[0].end.code, "E-KAFKA-SIZE");
    ck_assert_uint_eq(events_visible(), 0);
}
END_TEST

/* ---- More than gets through in the time that there is ------------------------------------------------------------ */

START_TEST(a_batch_that_never_gets_through_goes_out_in_portions)
{
    given_commands(0, 500);
    given_commands(1, 400);
    world.broker.flush_max = 30;
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 900);
    ck_assert_uint_ge(transactions(TXN_COMMITTED), 30);
}
END_TEST

START_TEST(a_single_answer_is_as_small_as_it_gets)
{
    given_commands(0, 20);
    world.broker.flush_max = 1;
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 20);
}
END_TEST

START_TEST(portions_grow_back_when_the_line_is_wide_again)
{
    world.config.batch_max_messages = 200;
    given_commands(0, 200);
    world.broker.flush_max = 10;
    run_to_the_end();
    world.broker.flush_max = 0;
    given_commands(0, 2000);
    run_to_the_end();
    size_t before = transactions(TXN_COMMITTED);
    given_commands(0, 2000);
    run_to_the_end();
    ck_assert_uint_eq(transactions(TXN_COMMITTED) - before, 10);
}
END_TEST

/* The commit of a portion is in doubt, and of its offsets, not of the batch's. */
START_TEST(a_doubt_about_a_portion_is_settled_by_its_own_offsets)
{
    given_commands(0, 100);
    world.broker.flush_max = 30;
    plan("commit 1 renew-done, commit 2 renew, commit 3 abort-done");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 100);
}
END_TEST

START_TEST(a_rebalance_between_portions_drops_the_rest_only)
{
    given_commands(0, 100);
    world.broker.flush_max = 30;
    plan("begin 4 renew, init 5-8 pending, serve 14-20 rebalance");
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 100);
}
END_TEST

START_TEST(a_stop_between_portions_ends_in_time)
{
    given_commands(0, 900);
    run_steps(1);
    world.broker.flush_max = 3;
    plan("serve 60 signal");
    run_steps(3);
    ck_assert_int_eq(world.processes[0].end.class, ERR_INTERRUPTED);
    ck_assert_int_le(world.now_ms - world.stop_ms, world.config.shutdown_timeout_ms);
    plan_clear();
    world.broker.flush_max = 0;
    run_to_the_end();
    ck_assert_uint_eq(events_visible(), 900);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("size");

    STORIES(suite, "too large", an_event_that_is_too_large_goes_out_bare, a_refusal_is_forgotten_with_its_attempt,
            the_producer_that_sends_records_alone_does_not_stay, a_bare_event_that_is_too_large_ends_the_process,
            a_dead_letter_copy_that_is_too_large_is_cut, the_second_one_costs_no_producer_and_no_abort,
            a_copy_that_fits_in_no_form_ends_the_process);
    STORIES(suite, "portions", a_batch_that_never_gets_through_goes_out_in_portions,
            a_single_answer_is_as_small_as_it_gets, portions_grow_back_when_the_line_is_wide_again,
            a_doubt_about_a_portion_is_settled_by_its_own_offsets, a_rebalance_between_portions_drops_the_rest_only,
            a_stop_between_portions_ends_in_time);
    return table_run(suite);
}
