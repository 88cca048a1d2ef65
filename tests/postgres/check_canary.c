/*
 * Whether the tables take rows at all, tried when rows are refused and nothing was stored: what is tried, what comes of
 * it, and that nothing stays of it.
 */
#include "refusal.h"

#include "gen/sql.h"
#include "postgres/connection.h"

/* Every insert of sessions is counted, whatever becomes of it: a sequence is not rolled back. */
static void count_inserts(void)
{
    sql("CREATE SEQUENCE inserts");
    sql("CREATE FUNCTION \"%s\".count_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM nextval('inserts'); RETURN NULL; END $$",
        schema_name);
    sql("CREATE TRIGGER counting BEFORE INSERT ON study_sessions EXECUTE FUNCTION \"%s\".count_insert()", schema_name);
}

static long inserts(void)
{
    return number(sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM inserts"));
}

/* A trigger that raises that SQLSTATE for sessions of that group. */
static void raise_for(int group_id, const char *sqlstate, const char *when)
{
    sql("CREATE FUNCTION \"%s\".raise_%d() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = %d THEN "
        "RAISE EXCEPTION 'not now' USING ERRCODE = '%s'; END IF; RETURN NEW; END $$",
        schema_name, group_id, group_id, sqlstate);
    sql("CREATE %s TRIGGER raising_%d %s FOR EACH ROW EXECUTE FUNCTION \"%s\".raise_%d()",
        strcmp(when, "deferred") == 0 ? "CONSTRAINT" : "", group_id,
        strcmp(when, "deferred") == 0 ? "AFTER INSERT ON study_sessions DEFERRABLE INITIALLY DEFERRED"
                                      : "BEFORE INSERT ON study_sessions",
        schema_name, group_id);
}

/* ---- The rows are at fault --------------------------------------------------------------------------------------- */

START_TEST(rows_whose_neighbours_were_stored_earlier_are_answered)
{
    sql(GUESTS);
    for (int round = 0; round < 3; round++) {
        begin_batch();
        for (unsigned id = 0; id < 300; id++)
            add(&batch, id, id % 30 == 7 ? 2 : 1, 1);
        must_decide(store, &batch);
        for (size_t i = 0; i < batch.count; i++) {
            if (batch.items[i].command.group_id.value == 2)
                assert_refused(i, "23514");
            else
                assert_created(i);
        }
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 290);
}
END_TEST

START_TEST(rows_that_sort_before_all_others_are_answered_and_the_others_stored)
{
    sql(GUESTS);
    for (unsigned id = 0; id < 400; id++)
        add(&batch, id, id < 200 ? 2 : 1, 1);
    must_decide(store, &batch);
    for (size_t i = 0; i < 200; i++) {
        assert_refused(i, "23514");
        assert_created(200 + i);
    }
}
END_TEST

START_TEST(nothing_stays_of_what_was_tried)
{
    sql(GUESTS);
    add_group(2, 20);
    must_decide(store, &batch);
    assert_all_refused("23514");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 0);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
}
END_TEST

START_TEST(the_log_says_which_session_would_be_stored)
{
    sql("INSERT INTO groups (id, name) VALUES (30, 'New')");
    sql("INSERT INTO study_activities (id, name) VALUES (7, 'Old')");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 7)");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) SELECT 2, 1 FROM generate_series(1, 99)");
    sql("ALTER TABLE study_sessions ADD CONSTRAINT no_guests CHECK (group_id <> 2) NOT VALID");
    add_group(2, 3);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    /* The oldest of the last hundred, since the others are all of one group and activity. */
    assert_logged("constraint no_guests");
    assert_logged("a session of group 1 and activity 7 would be stored");
}
END_TEST

START_TEST(one_session_older_than_the_last_hundred_is_not_looked_for)
{
    sql("INSERT INTO study_activities (id, name) VALUES (7, 'Old'), (8, 'New')");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 7)");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) SELECT 2, 1 FROM generate_series(1, 100)");
    sql("ALTER TABLE study_sessions ADD CONSTRAINT no_guests CHECK (group_id <> 2) NOT VALID");
    add_group(2, 3);
    log_begin();
    must_decide(store, &batch);
    assert_logged("a session of group 1 and activity "); /* of the parents */
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 101);
}
END_TEST

START_TEST(at_most_sixteen_are_tried)
{
    sql("INSERT INTO groups (name) SELECT n::text FROM generate_series(1, 50) AS n");
    sql("INSERT INTO study_activities (name) SELECT n::text FROM generate_series(1, 50) AS n");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) SELECT 1 + n %% 50, 1 + n %% 49 FROM "
        "generate_series(1, 200) AS n");
    sql("ALTER TABLE study_sessions ADD CONSTRAINT nobody CHECK (group_id < 0) NOT VALID");
    count_inserts();
    add(&batch, 1, 1, 1);
    log_begin();
    must_decide(store, &batch);
    assert_refused(0, "23514");
    assert_logged("all 16 pairs");
    ck_assert_int_eq(inserts(), 1 + 16 + (way == BY_BULK));
}
END_TEST

START_TEST(sessions_that_the_role_may_not_see_leave_the_parents)
{
    sql("ALTER TABLE study_sessions ENABLE ROW LEVEL SECURITY");
    sql("CREATE POLICY see_none ON study_sessions FOR SELECT USING (false)");
    sql("CREATE POLICY write_all ON study_sessions FOR INSERT WITH CHECK (true)");
    become_worker();
    sql(GUESTS);
    if (_i == 0)
        sql("REVOKE SELECT ON study_sessions FROM %s", worker_role);
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 1)");
    add_group(2, 20);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    assert_logged("a session of group 1 and activity 1 would be stored");
    forget_worker();
}
END_TEST

START_TEST(sessions_whose_parents_have_gone_are_not_taken_for_refused_ones)
{
    sql("ALTER TABLE study_sessions DROP CONSTRAINT study_sessions_group_id_fkey");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (77, 1), (78, 1)");
    sql(GUESTS);
    add_group(2, 20);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    assert_logged("a session of group 1 and activity 1 would be stored");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
}
END_TEST

START_TEST(parents_may_be_views)
{
    sql("ALTER TABLE study_sessions DROP CONSTRAINT study_sessions_group_id_fkey, "
        "DROP CONSTRAINT study_sessions_study_activity_id_fkey");
    sql("ALTER TABLE groups RENAME TO kept_groups");
    sql("CREATE VIEW groups AS SELECT id, name FROM kept_groups");
    sql("ALTER TABLE study_activities RENAME TO kept_activities");
    sql("CREATE VIEW study_activities AS SELECT id, name FROM kept_activities");
    store_free(store);
    store = new_store();
    sql(GUESTS);
    add_group(2, 20);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    assert_logged("a session of group 1 and activity 1 would be stored");
}
END_TEST

START_TEST(without_anything_to_try_the_rows_are_answered)
{
    sql("DELETE FROM groups");
    sql("ALTER TABLE command_outcomes ADD CONSTRAINT no_rejections CHECK (outcome = 'created')");
    add_group(1, 20);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    assert_logged("there is no group and activity to try another session with");
}
END_TEST

/* ---- It is not the rows ------------------------------------------------------------------------------------------ */

START_TEST(a_grant_that_nobody_has_stops_with_77_also_without_anything_to_try)
{
    become_worker();
    sql("DELETE FROM groups");
    sql("REVOKE INSERT ON command_outcomes FROM %s", worker_role);
    add_group(1, 20);
    assert_stopped(EXIT_PERMISSION, "permission denied for table command_outcomes");
    forget_worker();
}
END_TEST

START_TEST(a_grant_that_is_taken_away_in_the_middle_of_a_batch_stops_with_77)
{
    become_worker();
    /* Whoever stores a session of group 3 takes the grant away; a row of group 2 makes the batch go in halves. */
    sql("INSERT INTO groups (id, name) VALUES (3, 'Last')");
    sql(GUESTS);
    sql("CREATE FUNCTION \"%s\".take_away() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN "
        "REVOKE INSERT ON \"%s\".study_sessions FROM %s; RETURN NULL; END $$",
        schema_name, schema_name, worker_role);
    sql("CREATE TRIGGER last AFTER INSERT ON study_sessions FOR EACH ROW WHEN (NEW.group_id = 3) "
        "EXECUTE FUNCTION \"%s\".take_away()",
        schema_name);
    add_group(1, 20);
    add_group(3, 1);
    add_group(1, 20);
    add_group(2, 1);
    assert_stopped(EXIT_PERMISSION, "permission denied for table study_sessions");
    ck_assert_int_ge(number(sql("SELECT count(*) FROM study_sessions")), 1);
    forget_worker();
}
END_TEST

/* Only its role sees it: a trigger of its own rights lacks a grant for some rows and not for others. */
START_TEST(a_grant_that_a_trigger_lacks_for_some_rows_refuses_those)
{
    become_worker();
    sql("CREATE TABLE audit (group_id bigint)");
    sql("CREATE FUNCTION \"%s\".note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO \"%s\".audit VALUES (NEW.group_id); RETURN NULL; END $$",
        schema_name, schema_name);
    sql("CREATE TRIGGER noting AFTER INSERT ON study_sessions FOR EACH ROW WHEN (NEW.group_id = 2) "
        "EXECUTE FUNCTION \"%s\".note()",
        schema_name);
    add_group(2, 20);
    must_decide(store, &batch);
    assert_all_refused("42501");
    forget_worker();
}
END_TEST

START_TEST(a_sequence_left_behind_is_found_behind_refused_rows)
{
    sql("INSERT INTO study_sessions (id, group_id, study_activity_id) SELECT n, 1, 1 FROM generate_series(1, 100) AS "
        "n");
    sql(GUESTS);
    add_group(2, 20);
    assert_stopped(EXIT_CONFIG, "setval");
    ck_assert_str_eq(err.code, "E-PG-23505");
    ck_assert_ptr_nonnull(
        strstr(err.message, "no session can be stored, of 2 that were tried after commands[0]@0 (command "));
}
END_TEST

START_TEST(what_stops_is_tried_before_thousands_are_halved)
{
    sql("INSERT INTO study_sessions (id, group_id, study_activity_id) SELECT n, 1, 1 FROM generate_series(1, 20000) AS "
        "n");
    sql(GUESTS);
    count_inserts();
    add_group(2, 5000);
    assert_stopped(EXIT_CONFIG, "setval");
    ck_assert_int_le(inserts(), 14 + 2);
}
END_TEST

START_TEST(what_passes_by_itself_is_waited_for_and_nothing_is_answered)
{
    const char *const kinds[] = {"before", "deferred"};

    /* Every session but a guest's meets a full disk. */
    sql(GUESTS);
    raise_for(1, "53100", kinds[_i]);
    for (int round = 0; round < 2; round++) {
        begin_batch();
        add_group(2, 20);
        ck_assert_int_eq(decide(store, &batch), FAILED);
        ck_assert_int_eq(err.class, ERR_RETRY);
        ck_assert_str_eq(err.code, "E-PG-53100");
        assert_nothing_answered();
    }
    sql("DROP TRIGGER raising_1 ON study_sessions");
    must_decide(store, &batch);
    assert_all_refused("23514");
}
END_TEST

START_TEST(a_parent_that_somebody_holds_is_waited_for)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c lock_timeout=200ms'");
    store = new_store();
    sql(GUESTS);
    sql("BEGIN");
    sql("SELECT FROM groups WHERE id = 1 FOR UPDATE");
    add_group(2, 20);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.class, ERR_RETRY);
    ck_assert_str_eq(err.code, "E-PG-55P03");
    assert_nothing_answered();
    sql("ROLLBACK");
    must_decide(store, &batch);
    assert_all_refused("23514");
}
END_TEST

START_TEST(what_only_the_operator_can_mend_comes_before_what_passes_by_itself)
{
    sql("INSERT INTO groups (id, name) VALUES (3, 'Third'), (4, 'Fourth')");
    sql("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, "
        "1), "
        "(5, 1, 1), (6, 1, 1), (7, 1, 1), (8, 1, 1)");
    sql(GUESTS);
    raise_for(3, "53100", "before");
    raise_for(4, "P0001", "before");
    add_group(2, 2);
    assert_stopped(EXIT_CONFIG, "setval");
}
END_TEST

START_TEST(one_that_passes_outweighs_all_that_do_not)
{
    sql("INSERT INTO groups (id, name) VALUES (3, 'Third'), (4, 'Fourth')");
    sql("INSERT INTO study_sessions (group_id, study_activity_id) VALUES (1, 1), (3, 1), (4, 1)");
    sql(GUESTS);
    raise_for(3, "53100", "before");
    raise_for(4, "P0001", "before");
    add_group(2, 2);
    must_decide(store, &batch);
    assert_all_refused("23514");
}
END_TEST

START_TEST(a_connection_that_is_lost_while_others_are_tried_costs_another_try)
{
    enum progress progress;

    sql(GUESTS);
    sql("BEGIN");
    sql("SELECT FROM groups WHERE id = 1 FOR UPDATE");
    add_group(2, 20);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    while ((progress = store_receive(store, &batch, 20, &err)) == PENDING)
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
            "wait_event_type = 'Lock'");
    ck_assert_int_eq(progress, FAILED);
    ck_assert_int_eq(err.class, ERR_RENEW);
    assert_nothing_answered();
    sql("ROLLBACK");
    while (store_connect(store, 1000, &err) == PENDING)
        continue;
    must_decide(store, &batch);
    assert_all_refused("23514");
}
END_TEST

/* ---- What is read ------------------------------------------------------------------------------------------------ */

/* As the store's transactions are set; the plan has no scan of a table, and nothing but an index gives the order. */
static void assert_reads_few(const char *statement)
{
    char text[4096];

    sql("SET enable_seqscan = off");
    sql("SET plan_cache_mode = force_generic_plan");
    snprintf(text, sizeof text, "PREPARE few AS %s", statement);
    PQclear(PQexec(beside, text));
    PGresult *plan = PQexec(beside, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE few(pg_backend_pid())");
    ck_assert_msg(PQntuples(plan) > 0, "%s", PQerrorMessage(beside));
    for (int i = 0; i < PQntuples(plan); i++) {
        const char *line = PQgetvalue(plan, i, 0);
        const char *rows = strstr(line, "actual rows=");
        ck_assert_msg(strstr(line, "Seq Scan") == NULL, "%s", line);
        ck_assert_msg(rows == NULL || number(rows + strlen("actual rows=")) <= 100, "%s", line);
    }
    PQclear(plan);
    sql("DEALLOCATE few");
}

START_TEST(a_few_rows_are_read_however_many_there_are)
{
    for (int round = 0; round < 3; round++) {
        assert_reads_few(sql_canary_sessions);
        assert_reads_few(sql_canary_parents);
        if (round == 0)
            sql("INSERT INTO groups (name) SELECT n::text FROM generate_series(1, 20000) AS n");
        if (round == 0)
            sql("INSERT INTO study_sessions (group_id, study_activity_id) SELECT n, 1 FROM generate_series(1, 20000) "
                "AS n");
        if (round == 1)
            sql("ANALYZE groups, study_activities, study_sessions");
    }
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, rows_whose_neighbours_were_stored_earlier_are_answered);
    tcase_add_test(tcase, rows_that_sort_before_all_others_are_answered_and_the_others_stored);
    tcase_add_test(tcase, nothing_stays_of_what_was_tried);
    tcase_add_test(tcase, the_log_says_which_session_would_be_stored);
    tcase_add_test(tcase, one_session_older_than_the_last_hundred_is_not_looked_for);
    tcase_add_test(tcase, at_most_sixteen_are_tried);
    tcase_add_loop_test(tcase, sessions_that_the_role_may_not_see_leave_the_parents, 0, 2);
    tcase_add_test(tcase, sessions_whose_parents_have_gone_are_not_taken_for_refused_ones);
    tcase_add_test(tcase, parents_may_be_views);
    tcase_add_test(tcase, without_anything_to_try_the_rows_are_answered);
    tcase_add_test(tcase, a_grant_that_nobody_has_stops_with_77_also_without_anything_to_try);
    tcase_add_test(tcase, a_grant_that_is_taken_away_in_the_middle_of_a_batch_stops_with_77);
    tcase_add_test(tcase, a_grant_that_a_trigger_lacks_for_some_rows_refuses_those);
    tcase_add_test(tcase, a_sequence_left_behind_is_found_behind_refused_rows);
    tcase_add_test(tcase, what_stops_is_tried_before_thousands_are_halved);
    tcase_add_loop_test(tcase, what_passes_by_itself_is_waited_for_and_nothing_is_answered, 0, 2);
    tcase_add_test(tcase, a_parent_that_somebody_holds_is_waited_for);
    tcase_add_test(tcase, what_only_the_operator_can_mend_comes_before_what_passes_by_itself);
    tcase_add_test(tcase, one_that_passes_outweighs_all_that_do_not);
    tcase_add_test(tcase, a_connection_that_is_lost_while_others_are_tried_costs_another_try);
    tcase_add_test(tcase, a_few_rows_are_read_however_many_there_are);
}

int main(void)
{
    return run_each_way("canary", add_stories);
}
