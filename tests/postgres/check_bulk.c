/*
 * Batches of many ids: which way they go, and that the bulk way gives up at each of its steps without a trace, so that
 * the statement decides. That it decides the same is shown by the other suites, which run by each way.
 */
#include "evidence.h"

#include "core/decide_case.h"
#include "postgres/bulk.h"

/* ---- Which way --------------------------------------------------------------------------------------------------- */

static void go_as_usual(void)
{
    store_set_bulk_least(store, BULK_LEAST);
}

START_TEST(batches_of_many_ids_go_in_bulk_and_those_of_few_by_one_statement)
{
    keep_evidence();
    go_as_usual();
    add_many(0, BULK_LEAST - 1);
    must_decide(store, &batch);
    assert_went(false, "origin", BULK_LEAST - 1);
    add_many(1000, BULK_LEAST);
    must_decide(store, &batch);
    assert_went(true, "origin", BULK_LEAST);
    /* Many records with few ids are few. */
    begin_batch();
    for (unsigned i = 0; i < 2 * BULK_LEAST; i++)
        add(&batch, 2000 + i % 100, 1, 1);
    must_decide(store, &batch);
    assert_went(false, "origin", 100);
}
END_TEST

/* ---- Giving up --------------------------------------------------------------------------------------------------- */

/* The sequence tells how often new sessions were tried: each attempt takes its values. */
static long values_taken(void)
{
    return number(sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM study_sessions_id_seq"));
}

START_TEST(three_failures_running_make_it_rest)
{
    sql(GUESTS);
    for (unsigned round = 0; round < 5; round++) {
        long before = values_taken();
        begin_batch();
        add(&batch, 2 * round, 1, 1);
        add(&batch, 2 * round + 1, 2, 1);
        must_decide(store, &batch);
        assert_created(0);
        assert_refused(1, "23514");
        /* Both, and each alone; and before that in bulk, as long as it is tried. */
        ck_assert_int_eq(values_taken() - before, round < COOLDOWN_FAILURES ? 6 : 4);
    }
    keep_evidence();
    add_many(100, 2);
    must_decide(store, &batch);
    assert_went(false, "origin", 2);
}
END_TEST

START_TEST(after_a_failure_the_next_batch_goes_in_bulk_again)
{
    sql(GUESTS);
    keep_evidence();
    begin_batch();
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    must_decide(store, &batch);
    assert_went(false, "origin", 1);
    add_many(10, 3);
    must_decide(store, &batch);
    assert_went(true, "origin", 3);
}
END_TEST

static const char *const obstacles[] = {
    "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
    "CREATE TRIGGER nothing AFTER INSERT ON command_outcomes FOR EACH ROW EXECUTE FUNCTION nothing()",
    "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.group_name = upper(NEW.group_name); "
    "RETURN NEW; END $$; CREATE TRIGGER shout BEFORE INSERT ON command_outcomes FOR EACH ROW EXECUTE FUNCTION shout()",
    "ALTER TABLE command_outcomes RENAME TO outcomes; "
    "CREATE TABLE command_outcomes (LIKE outcomes INCLUDING ALL) PARTITION BY HASH (command_id); "
    "CREATE TABLE half PARTITION OF command_outcomes FOR VALUES WITH (MODULUS 2, REMAINDER 0); "
    "CREATE TABLE rest PARTITION OF command_outcomes FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
};

/* What the ledger keeps is not compared with what was sent. */
START_TEST(a_ledger_that_may_change_a_row_is_for_the_statement)
{
    keep_evidence();
    sql("%s", obstacles[_i]);
    add_many(0, 20);
    must_decide(store, &batch);
    assert_went(false, "origin", 20);
    for (size_t i = 0; i < batch.count; i++)
        ck_assert_str_eq(sql("SELECT group_name = '%.*s' FROM command_outcomes WHERE session_id = %lld",
                             (int)batch.items[i].row->session.group_name.len,
                             (const char *)batch.items[i].row->session.group_name.data,
                             (long long)batch.items[i].row->session.id),
                         "t");
}
END_TEST

/* Added while the batch is under way: the tables are looked at once more when nobody can change them any longer. */
START_TEST(a_trigger_that_comes_in_between_is_not_overlooked)
{
    keep_evidence();
    sql("BEGIN");
    sql("LOCK TABLE command_outcomes IN SHARE MODE");
    add_many(0, 20);
    send_into_lock();
    sql("%s", obstacles[1]);
    sql("COMMIT");
    receive_all();
    assert_went(false, "origin", 20);
    ck_assert_int_eq(bytes_equal(batch.items[0].row->session.group_name, bytes_of("ANIMALS")), 1);
}
END_TEST

START_TEST(a_rule_stops_as_it_does_by_the_statement)
{
    sql("CREATE TABLE copies (id bigint)");
    sql("CREATE RULE copy AS ON INSERT TO study_sessions DO ALSO INSERT INTO copies VALUES (NEW.id)");
    add_many(0, 3);
    assert_stopped(EXIT_CONFIG, "rule");
    ck_assert_str_eq(err.code, "E-PG-0A000");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM copies")), 0);
}
END_TEST

/* Its own partition is missing for some rows, and their lack is the table's, not theirs. */
START_TEST(sessions_in_partitions_go_in_bulk_and_one_without_stops)
{
    sql("DROP TABLE study_sessions");
    sql("CREATE TABLE study_sessions (id bigserial, group_id bigint NOT NULL REFERENCES groups, study_activity_id "
        "bigint "
        "NOT NULL REFERENCES study_activities, created_at timestamptz NOT NULL) PARTITION BY LIST (group_id)");
    sql("CREATE TABLE of_animals PARTITION OF study_sessions FOR VALUES IN (1)");
    keep_evidence();
    add_many(0, 20);
    must_decide(store, &batch);
    assert_went(true, "origin", 20);
    begin_batch();
    add(&batch, 100, 1, 1);
    add(&batch, 101, 2, 1);
    assert_stopped(EXIT_CONFIG, "no partition");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 20);
}
END_TEST

/* ---- A client that is silent ------------------------------------------------------------------------------------- */

/* It was stopped for a while after the server had answered; nothing of it keeps another one from deciding. */
static void assert_successor_goes_on(void)
{
    struct store *successor = new_store();
    struct batch same;

    while (!store_is_idle())
        usleep(1000);
    batch_init(&same, 50);
    for (unsigned i = 0; i < 20; i++)
        add(&same, i, 1, 1);
    must_decide(successor, &same);
    receive_all();
    for (size_t i = 0; i < 20; i++)
        ck_assert_int_eq(same.items[i].row->session.id, batch.items[i].row->session.id);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 20);
    batch_free(&same);
    store_free(successor);
}

START_TEST(a_worker_that_stops_after_reading_does_not_block_its_successor)
{
    add_many(0, 20);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    assert_successor_goes_on();
}
END_TEST

START_TEST(a_worker_that_stops_after_numbering_does_not_block_its_successor)
{
    sql("BEGIN");
    sql("ALTER SEQUENCE study_sessions_id_seq CACHE 1");
    add_many(0, 20);
    send_into_lock();
    sql("ROLLBACK");
    assert_successor_goes_on();
}
END_TEST

START_TEST(a_worker_that_stops_while_its_rows_are_stored_has_stored_them)
{
    sql("BEGIN");
    sql("LOCK TABLE study_sessions IN EXCLUSIVE MODE");
    add_many(0, 20);
    send_into_lock();
    sql("COMMIT");
    while (number(sql("SELECT count(*) FROM study_sessions")) == 0)
        usleep(1000);
    receive_all();
    assert_created(19);
}
END_TEST

/* After that nothing is needed from us: it is stored although nobody receives. */
START_TEST(what_was_advanced_is_stored_by_the_server_alone)
{
    add_many(0, 20);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
    ck_assert_int_eq(store_advance(store, &batch, 10000, &err), DONE);
    for (int ms = 0; ms < 20000 && number(sql("SELECT count(*) FROM command_outcomes")) == 0; ms++)
        usleep(1000);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 20);
    ck_assert_ptr_null(batch.items[0].row);
    receive_all();
    assert_created(19);
}
END_TEST

START_TEST(known_ids_are_advanced_until_their_outcomes_are_read)
{
    add_many(0, 20);
    must_decide(store, &batch);
    begin_batch();
    add_many(0, 20);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_advance(store, &batch, 10000, &err), DONE);
    ck_assert_ptr_null(batch.items[0].row);
    receive_all();
    assert_created(19);
}
END_TEST

/* The statement needs nothing from us. */
START_TEST(a_small_batch_is_not_waited_for)
{
    store_set_bulk_least(store, SIZE_MAX);
    sql("BEGIN");
    sql("LOCK TABLE study_sessions IN EXCLUSIVE MODE");
    add_many(0, 3);
    send_into_lock();
    ck_assert_int_eq(store_advance(store, &batch, 0, &err), DONE);
    sql("COMMIT");
    receive_all();
}
END_TEST

/* The server ends the session of one that is silent within its transaction. */
START_TEST(a_session_that_was_ended_meanwhile_is_opened_again_and_the_statement_decides)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c idle_in_transaction_session_timeout=200ms'");
    store = new_store();
    keep_evidence();
    add_many(0, 20);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    while (number(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sessiond'")) > 0)
        usleep(1000);
    while (store_receive(store, &batch, 1000, &err) == PENDING)
        continue;
    ck_assert_int_eq(err.class, ERR_RENEW);
    reconnect();
    must_decide(store, &batch);
    assert_went(false, "origin", 20);
    add_many(100, 20);
    must_decide(store, &batch);
    assert_went(true, "origin", 20);
}
END_TEST

/* ---- The rules --------------------------------------------------------------------------------------------------- */

static void decide_case(const struct table_row *row)
{
    begin_batch();
    decide_case_fill(row, add(&batch, (unsigned)row->line, 0, 0));
    must_decide(store, &batch);
    decide_case_assert(row, batch.items[0].row);
    ck_assert_msg(strcmp(sql("SELECT concat_ws(' ', coalesce(group_name, '-'), coalesce(activity_name, '-')) FROM "
                             "command_outcomes WHERE command_id::text LIKE '%%-%012x'",
                             (unsigned)row->line),
                         row->cell[4]) == 0,
                  "%s:%d", row->path, row->line);
}

START_TEST(a_command_is_decided_as_the_table_says)
{
    table_each(DECIDE_TABLE, decide_case);
}
END_TEST

static void add_rules(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_command_is_decided_as_the_table_says);
}

int main(void)
{
    Suite *suite = suite_create("bulk");
    TCase *tcase = tcase_create("bulk");

    tcase_add_checked_fixture(tcase, go_by_bulk, NULL);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, batches_of_many_ids_go_in_bulk_and_those_of_few_by_one_statement);
    tcase_add_test(tcase, three_failures_running_make_it_rest);
    tcase_add_test(tcase, after_a_failure_the_next_batch_goes_in_bulk_again);
    tcase_add_loop_test(tcase, a_ledger_that_may_change_a_row_is_for_the_statement, 0,
                        sizeof obstacles / sizeof *obstacles);
    tcase_add_test(tcase, a_trigger_that_comes_in_between_is_not_overlooked);
    tcase_add_test(tcase, a_rule_stops_as_it_does_by_the_statement);
    tcase_add_test(tcase, sessions_in_partitions_go_in_bulk_and_one_without_stops);
    tcase_add_test(tcase, a_worker_that_stops_after_reading_does_not_block_its_successor);
    tcase_add_test(tcase, a_worker_that_stops_after_numbering_does_not_block_its_successor);
    tcase_add_test(tcase, a_worker_that_stops_while_its_rows_are_stored_has_stored_them);
    tcase_add_test(tcase, what_was_advanced_is_stored_by_the_server_alone);
    tcase_add_test(tcase, known_ids_are_advanced_until_their_outcomes_are_read);
    tcase_add_test(tcase, a_small_batch_is_not_waited_for);
    tcase_add_test(tcase, a_session_that_was_ended_meanwhile_is_opened_again_and_the_statement_decides);
    suite_add_tcase(suite, tcase);
    add_each_way(suite, add_rules);
    return table_run(suite);
}
