/*
 * A synchronous standby that is away: nothing may be called durable that it does not have.
 */
#include "fixture.h"
#include "gen/sql.h"

static void set_standby(const char *name)
{
    sql("ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
    sql("SELECT pg_reload_conf()");
    usleep(200000);
}

/*
 * Before each test, and in their parent after them all: whatever became of one, or every commit of the server would
 * wait for ever.
 */
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
    ck_assert_int_eq(batch.items[0].row->kind, OUTCOME_CREATED);
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
    ck_assert_ptr_null(batch.items[0].row);

    set_standby("");
    must_decide(store, &batch);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 1);
}
END_TEST

static int waiting(void)
{
    return (int)number(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
                           "wait_event = 'SyncRep'"));
}

static void wait_in_a_commit(unsigned id)
{
    begin_batch();
    add(&batch, id, 1, 1);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    while (waiting() == 0)
        ck_assert_int_eq(store_receive(store, &batch, 10, &err), PENDING);
}

static void await_nobody_waits(void)
{
    int64_t until = clock_ms() + 10000;

    while (waiting() > 0 && clock_ms() < until)
        usleep(10000);
    ck_assert_int_eq(waiting(), 0);
}

START_TEST(a_backend_whose_batch_was_given_up_is_cancelled_by_the_next_connection)
{
    enum progress progress;

    set_standby("nobody");
    for (unsigned id = 1; id <= 3; id++) {
        wait_in_a_commit(id);
        store_disconnect(store);
        do
            progress = store_connect(store, 1000, &err);
        while (progress == PENDING);
        ck_assert_msg(progress == DONE, "%s", err.message);
        await_nobody_waits();
    }
    set_standby("");
    must_decide(store, &batch);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 3);
}
END_TEST

START_TEST(a_backend_is_cancelled_at_the_end_of_the_process_too)
{
    set_standby("nobody");
    wait_in_a_commit(1);
    store_free(store);
    await_nobody_waits();
    set_standby("");
    store = new_store();
    must_decide(store, &batch);
}
END_TEST

/* It has the number of one that we had, and began later; or it is idle. */
START_TEST(nobody_else_is_cancelled)
{
    char pid[16];
    PGconn *other = PQconnectdb("application_name=sessiond");

    snprintf(pid, sizeof pid, "%d", PQbackendPID(other));
    ck_assert_int_eq(PQsendQuery(other, "SELECT pg_sleep(2)"), 1);
    sql("SET application_name = 'sessiond'");
    while (number(sql("SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND state = 'active'", pid)) == 0)
        usleep(1000);
    const char *later[] = {pid, "60000"};
    PGresult *result = PQexecParams(beside, sql_cancel_former, 2, NULL, later, NULL, NULL, 0);
    ck_assert_int_eq(PQntuples(result), 0);
    PQclear(result);
    PQclear(PQgetResult(other));
    PQclear(PQgetResult(other));
    const char *idle[] = {pid, "0"};
    result = PQexecParams(beside, sql_cancel_former, 2, NULL, idle, NULL, NULL, 0);
    ck_assert_int_eq(PQntuples(result), 0);
    PQclear(result);
    PQfinish(other);
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_unchecked_fixture(tcase, NULL, standby_forget);
    tcase_add_checked_fixture(tcase, standby_setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, an_outcome_that_was_found_waits_for_the_standby_too);
    tcase_add_test(tcase, a_cancelled_wait_for_the_standby_is_not_durable_and_the_batch_runs_again);
    tcase_add_test(tcase, a_backend_whose_batch_was_given_up_is_cancelled_by_the_next_connection);
    tcase_add_test(tcase, a_backend_is_cancelled_at_the_end_of_the_process_too);
    tcase_add_test(tcase, nobody_else_is_cancelled);
}

int main(void)
{
    return run_each_way("standby", add_stories);
}
