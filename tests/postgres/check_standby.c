/*
 * A synchronous standby that is away: nothing may be called durable that it does not have.
 */
#include "fixture.h"

static void set_standby(const char *name)
{
    sql("ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
    sql("SELECT pg_reload_conf()");
    usleep(200000);
}

/* Before each test, and in their parent after them all: whatever became of one, or every commit of the server would wait for ever. */
static void standby_forget(void)
{
    connect_beside();
    sql("SET synchronous_commit = local");
    set_standby("");
    PQfinish(beside);
}

static void standby_setup(void)
{
    standby_forget();
    setup();
    sql("SET synchronous_commit = local");
}

START_TEST(an_outcome_that_was_found_waits_for_the_standby_too)
{
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    begin_batch();
    add(&batch, 1, 1, 1);

    set_standby("nobody");
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_receive(store, &batch, 700, &err), PENDING);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
                                "wait_event = 'SyncRep' AND query = 'COMMIT'")),
                     1);
    set_standby("");
    receive_all();
    ck_assert_int_eq(batch.items[0].decision->kind, OUTCOME_CREATED);
}
END_TEST

START_TEST(a_cancelled_wait_for_the_standby_is_not_durable_and_the_batch_runs_again)
{
    set_standby("nobody");
    add(&batch, 1, 1, 1);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_receive(store, &batch, 500, &err), PENDING);
    sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    while (store_receive(store, &batch, 1000, &err) == PENDING)
        continue;
    ck_assert_int_eq(err.class, ERR_RETRY);
    ck_assert_str_eq(err.code, "E-PG-SYNC");
    ck_assert_ptr_null(batch.items[0].decision);

    set_standby("");
    must_decide(store, &batch);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standby");
    TCase *tcase = tcase_create("standby");

    tcase_add_unchecked_fixture(tcase, NULL, standby_forget);
    tcase_add_checked_fixture(tcase, standby_setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, an_outcome_that_was_found_waits_for_the_standby_too);
    tcase_add_test(tcase, a_cancelled_wait_for_the_standby_is_not_durable_and_the_batch_runs_again);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
