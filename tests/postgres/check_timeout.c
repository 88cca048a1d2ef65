/*
 * More rows than the server finishes in its time: they go out in smaller pieces, and in larger ones again when it is
 * quick.
 */
#include "fixture.h"

#define ROWS 300

/* The store's role gives a statement so long. Each of its inserts is counted, also those that come to nothing. */
static void limit_statements(int ms)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c statement_timeout=%dms'", ms);
    store = new_store();
    sql("CREATE SEQUENCE inserts");
    sql("CREATE FUNCTION count_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('inserts'); "
        "RETURN NULL; END $$");
    sql("CREATE TRIGGER count_insert BEFORE INSERT ON study_sessions EXECUTE FUNCTION count_insert()");
}

static long inserts(void)
{
    return number(sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM inserts"));
}

static void slow_down(const char *when, int ms)
{
    sql("CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = 1 THEN "
        "PERFORM "
        "pg_sleep(%d / 1000.0); END IF; RETURN NEW; END $$",
        ms);
    sql("CREATE %s", when);
}

static void add_rows(unsigned from, unsigned count)
{
    begin_batch();
    for (unsigned i = 0; i < count; i++)
        add(&batch, from + i, 1, 1);
}

static void reconnect(void)
{
    enum progress progress;

    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    ck_assert_msg(progress == DONE, "%s", err.message);
}

/* As the worker does; answers how often it had to be tried again. */
static int decide_in_the_end(void)
{
    int failures = 0;

    while (decide(store, &batch) != DONE) {
        ck_assert_msg(err.class == ERR_RETRY || err.class == ERR_RENEW, "%s [%s]", err.message, err.code);
        ck_assert_msg(failures++ < 20, "%s [%s]", err.message, err.code);
        if (err.class == ERR_RENEW)
            store_disconnect(store);
        reconnect();
    }
    return failures;
}

#define ROW_TRIGGER   "TRIGGER slow BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION slow()"
#define LATER_TRIGGER "CONSTRAINT TRIGGER slow AFTER INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION slow()"

static const char *const triggers[] = {ROW_TRIGGER, LATER_TRIGGER};

START_TEST(a_batch_that_takes_longer_than_its_time_is_done_in_pieces)
{
    limit_statements(500);
    slow_down(triggers[_i], 6);
    add_rows(0, ROWS);
    int failures = decide_in_the_end();
    ck_assert_msg(failures >= 2 && failures <= 6, "%d", failures);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), ROWS);
    ck_assert_int_eq(number(sql("SELECT count(DISTINCT session_id) FROM command_outcomes")), ROWS);

    add_rows(ROWS, ROWS);
    ck_assert_int_le(decide_in_the_end(), 1);
}
END_TEST

START_TEST(when_it_is_quick_again_whole_batches_are_sent)
{
    limit_statements(500);
    slow_down(ROW_TRIGGER, 6);
    add_rows(0, ROWS);
    ck_assert_int_ge(decide_in_the_end(), 2);
    sql("DROP TRIGGER slow ON study_sessions");

    long before = inserts();
    for (unsigned i = 1; i <= 10; i++) {
        before = inserts();
        add_rows(i * ROWS, ROWS);
        must_decide(store, &batch);
    }
    ck_assert_int_eq(inserts() - before, 1);
}
END_TEST

START_TEST(a_command_that_is_too_slow_alone_is_named_and_waits)
{
    limit_statements(300);
    slow_down(ROW_TRIGGER, 1000);
    begin_batch();
    for (unsigned i = 0; i < 8; i++)
        add(&batch, i, i == 5 ? 1 : 2, 1);

    bool named = false;
    for (int i = 0; i < 8 && !named; i++) {
        ck_assert_int_eq(decide(store, &batch), FAILED);
        ck_assert_int_eq(err.class, ERR_RETRY);
        ck_assert_str_eq(err.code, "E-PG-57014");
        ck_assert_ptr_nonnull(strstr(err.message, "fix: raise statement_timeout"));
        named = strstr(err.message, "commands[0]@5 (command ") != NULL &&
                strstr(err.message, ") is too slow for the time-out even alone") != NULL;
    }
    ck_assert_msg(named, "%s", err.message);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "commands[0]@5"));
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes WHERE \"offset\" = 5")), 0);

    sql("DROP TRIGGER slow ON study_sessions");
    must_decide(store, &batch);
    for (size_t i = 0; i < batch.count; i++)
        ck_assert_int_eq(batch.items[i].row->kind, OUTCOME_CREATED);
}
END_TEST

/* The search for a refused row inside of a piece, while the rest of the batch is still to come. */
START_TEST(a_row_that_is_refused_is_found_among_the_pieces)
{
    limit_statements(500);
    sql("ALTER TABLE study_sessions ADD CHECK (group_id <> 2)");
    slow_down(ROW_TRIGGER, 6);
    add_rows(0, ROWS);
    for (size_t i = 0; i < ROWS; i += 101)
        batch.items[i].command.group_id.value = 2;
    (void)decide_in_the_end();
    for (size_t i = 0; i < ROWS; i++)
        if (i % 101 == 0)
            ck_assert_int_eq(batch.items[i].outcome.code, ERRCODE_STORE_REFUSED);
        else
            ck_assert_int_eq(batch.items[i].row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), ROWS - 3);
}
END_TEST

START_TEST(a_statement_that_somebody_cancels_is_no_time_out)
{
    limit_statements(20000);
    sql("BEGIN");
    sql("LOCK TABLE study_sessions");
    add_rows(0, ROWS);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_receive(store, &batch, 300, &err), PENDING);
    do
        sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
            "wait_event_type = 'Lock'");
    while (store_receive(store, &batch, 300, &err) == PENDING);
    ck_assert_str_eq(err.code, "E-PG-57014");
    ck_assert_ptr_null(strstr(err.message, "at once"));
    sql("ROLLBACK");
    long before = inserts();
    must_decide(store, &batch);
    /* Not in pieces. */
    ck_assert_int_eq(inserts() - before, 1);
}
END_TEST

/* It ends the session, where the server has it. */
START_TEST(a_transaction_that_takes_too_long_is_done_in_pieces_too)
{
    if (PQserverVersion(beside) < 170000)
        return;
    limit_statements(20000);
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c transaction_timeout=500ms'");
    store = new_store();
    slow_down(ROW_TRIGGER, 6);
    add_rows(0, ROWS);
    ck_assert_int_ge(decide_in_the_end(), 2);
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_batch_that_takes_longer_than_its_time_is_done_in_pieces, 0,
                        sizeof triggers / sizeof *triggers);
    tcase_add_test(tcase, when_it_is_quick_again_whole_batches_are_sent);
    tcase_add_test(tcase, a_command_that_is_too_slow_alone_is_named_and_waits);
    tcase_add_test(tcase, a_row_that_is_refused_is_found_among_the_pieces);
    tcase_add_test(tcase, a_statement_that_somebody_cancels_is_no_time_out);
    tcase_add_test(tcase, a_transaction_that_takes_too_long_is_done_in_pieces_too);
}

int main(void)
{
    return run_each_way("timeout", add_stories);
}
