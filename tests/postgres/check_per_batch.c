/*
 * postgres.reference.checks=per-batch: no session without its parents, whatever others do with those meanwhile; and
 * PostgreSQL's own checks wherever anything else than the two known foreign keys would be switched off with them.
 */
#include "evidence.h"

/* ---- Parents that change meanwhile ------------------------------------------------------------------------------- */

/* What somebody does with group 2, in a transaction in which he was first, and what becomes of a command for it. */
static const struct {
    const char *change;
    const char *end;
    bool created;
    const char *name;
    const char *role; /* in which the session was stored */
} changes[] = {
    {"DELETE FROM groups WHERE id = 2",                                                             "COMMIT",   false, "",        ""       },
    {"DELETE FROM groups WHERE id = 2",                                                             "ROLLBACK", true,  "Colours", "replica"},
    {"DELETE FROM groups WHERE id = 2; INSERT INTO groups (id, name) VALUES (2, 'Hues')",           "COMMIT",   true,  "Hues",
     "origin"                                                                                                                              },
    {"UPDATE groups SET id = 3 WHERE id = 2",                                                       "COMMIT",   false, "",        ""       },
    {"UPDATE groups SET id = 3 WHERE id = 2",                                                       "ROLLBACK", true,  "Colours", "replica"},
    {"UPDATE groups SET id = 3 WHERE id = 2; INSERT INTO groups (id, name) VALUES (2, 'Hues')",     "COMMIT",   true,  "Hues",
     "origin"                                                                                                                              },
    {"UPDATE groups SET id = 3 WHERE id = 2; UPDATE groups SET id = 2, name = 'Hues' WHERE id = 3", "COMMIT",   true,
     "Hues",                                                                                                                      "replica"},
};

START_TEST(what_others_did_first_with_a_parent_counts)
{
    keep_evidence();
    sql("BEGIN");
    sql("%s", changes[_i].change);
    add(&batch, 1, 2, 1);
    send_into_lock();
    sql("%s", changes[_i].end);
    receive_all();
    const struct ledger_row *row = batch.items[0].row;
    ck_assert_int_eq(row->kind, changes[_i].created ? OUTCOME_CREATED : OUTCOME_REJECTED);
    if (changes[_i].created) {
        ck_assert(bytes_equal(row->session.group_name, bytes_of(changes[_i].name)));
        ck_assert_int_eq(count_inserted(true, changes[_i].role) + count_inserted(false, changes[_i].role), 1);
    } else {
        ck_assert_int_eq(row->code, ERRCODE_GROUP_NOT_FOUND);
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions LEFT JOIN groups ON groups.id = group_id WHERE "
                                "groups.id IS NULL")),
                     0);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), changes[_i].created);
}
END_TEST

static const char *const too_late[] = {
    "DELETE FROM groups WHERE id = 2",
    "UPDATE groups SET id = 3 WHERE id = 2",
    "DELETE FROM study_activities WHERE id = 1",
    "DELETE FROM groups WHERE id = 2; INSERT INTO groups (id, name) VALUES (2, 'Hues')",
};

/* The batch has read its parents and stands before the sequence. */
START_TEST(who_comes_after_the_lock_waits_and_is_refused_by_the_foreign_key)
{
    PGconn *other = PQconnectdb("");
    char text[300];

    keep_evidence();
    sql("BEGIN");
    sql("ALTER SEQUENCE study_sessions_id_seq CACHE 1");
    add(&batch, 1, 2, 1);
    send_into_lock();
    snprintf(text, sizeof text, "SET application_name = 'other'; SET search_path = \"%s\"; %s", schema_name,
             too_late[_i]);
    ck_assert_int_eq(PQsendQuery(other, text), 1);
    while (!waits_for_lock("other"))
        usleep(1000);
    sql("ROLLBACK");
    receive_all();
    assert_created(0);
    assert_went(true, "replica", 1);
    PGresult *result;
    char refused[6] = "";
    while ((result = PQgetResult(other)) != NULL) {
        if (PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL)
            snprintf(refused, sizeof refused, "%s", PQresultErrorField(result, PG_DIAG_SQLSTATE));
        PQclear(result);
    }
    PQfinish(other);
    ck_assert_str_eq(refused, "23503");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions JOIN groups ON groups.id = group_id")), 1);
}
END_TEST

/* ---- What it would switch off ------------------------------------------------------------------------------------ */

#define FUNCTION "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
#define TRIGGER  "CREATE TRIGGER nothing AFTER INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION nothing()"
#define GROUP_FK                                                                                                       \
    "ALTER TABLE study_sessions DROP CONSTRAINT study_sessions_group_id_fkey, ADD CONSTRAINT g FOREIGN KEY "

static const struct {
    const char *change;
    const char *because;
} obstacles[] = {
    {FUNCTION TRIGGER,                                                                                          "study_sessions has the trigger nothing"},
    {FUNCTION TRIGGER "; ALTER TABLE study_sessions DISABLE TRIGGER nothing",                                   "study_sessions has the trigger nothing"},
    {FUNCTION TRIGGER "; ALTER TABLE study_sessions ENABLE REPLICA TRIGGER nothing",
     "study_sessions has the trigger nothing"                                                                                                           },
    {"CREATE TABLE moods (id bigint PRIMARY KEY); ALTER TABLE study_sessions ADD mood bigint REFERENCES moods",
     "study_sessions has the trigger RI_"                                                                                                               },
    {"ALTER TABLE study_sessions ADD UNIQUE (id, group_id) DEFERRABLE",                                         "study_sessions has the trigger "       },
    {"ALTER TABLE study_sessions ALTER CONSTRAINT study_sessions_group_id_fkey DEFERRABLE",
     "study_sessions has the trigger RI_"                                                                                                               },
    {GROUP_FK "(group_id) REFERENCES study_activities (id) NOT VALID",                                          "study_sessions has the trigger RI_"    },
    {GROUP_FK "(group_id) REFERENCES groups (id) NOT VALID",                                                    "study_sessions has the trigger RI_"    },
    {"ALTER TABLE study_sessions DROP CONSTRAINT study_sessions_group_id_fkey",                                 "other foreign keys"                    },
    {"CREATE TABLE more_groups () INHERITS (groups)",                                                           "groups is no plain table"              },
    {"CREATE RULE keep AS ON DELETE TO groups DO INSTEAD NOTHING",                                              "groups is no plain table"              },
    {"ALTER TABLE command_outcomes ADD FOREIGN KEY (group_id) REFERENCES groups NOT VALID",
     "command_outcomes has the trigger RI_"                                                                                                             },
};

static int times_logged(const char *what)
{
    int times = 0;

    for (const char *at = strstr(logged(), what); at != NULL; at = strstr(at + 1, what))
        times++;
    return times;
}

START_TEST(anything_that_it_would_switch_off_as_well_leaves_the_checks_to_postgresql)
{
    keep_evidence();
    log_begin();
    add_many(0, 5);
    must_decide(store, &batch);
    assert_went(true, "replica", 5);
    sql("%s", obstacles[_i].change);
    for (unsigned round = 1; round <= 3; round++) {
        add_many(round * 10, 5);
        must_decide(store, &batch);
        assert_went(round > 1, "origin", 5);
    }
    assert_logged(obstacles[_i].because);
    ck_assert_int_eq(times_logged("E-PG-PER-ROW"), 1);
}
END_TEST

START_TEST(keys_and_triggers_that_no_insert_meets_are_no_obstacle)
{
    keep_evidence();
    sql("CREATE TABLE reviews (id bigint PRIMARY KEY, session bigint REFERENCES study_sessions)");
    sql(FUNCTION
        "CREATE TRIGGER nothing BEFORE UPDATE OR DELETE ON study_sessions FOR EACH ROW EXECUTE FUNCTION nothing()");
    sql("ALTER TABLE study_sessions ADD CHECK (group_id <> 2)");
    add_many(0, 5);
    must_decide(store, &batch);
    assert_went(true, "replica", 5);
    begin_batch();
    add(&batch, 10, 1, 1);
    add(&batch, 11, 2, 1);
    must_decide(store, &batch);
    assert_created(0);
    assert_refused(1, "23514");
}
END_TEST

START_TEST(when_the_obstacle_has_gone_it_is_in_force_again)
{
    keep_evidence();
    sql(FUNCTION TRIGGER);
    for (unsigned round = 0; round < 4; round++) {
        if (round == 2)
            sql("DROP TRIGGER nothing ON study_sessions");
        add_many(round * 10, 5);
        must_decide(store, &batch);
        assert_went(round > 0, round < 3 ? "origin" : "replica", 5);
    }
}
END_TEST

START_TEST(a_trigger_that_comes_in_between_fires)
{
    keep_evidence();
    sql("BEGIN");
    sql("ALTER SEQUENCE study_sessions_id_seq CACHE 1");
    add_many(0, 5);
    send_into_lock();
    sql(FUNCTION TRIGGER);
    sql("COMMIT");
    receive_all();
    assert_went(false, "origin", 5);
}
END_TEST

/* ---- Who may do it, and what is said ----------------------------------------------------------------------------- */

static void assert_not_started(const char *grant)
{
    struct store *other = store_new(&config);
    enum progress progress;

    do
        progress = store_connect(other, 1000, &err);
    while (progress == PENDING);
    ck_assert_int_eq(progress, FAILED);
    ck_assert_msg(err.class == ERR_STOP && err.exit_code == EXIT_PERMISSION, "%s", err.message);
    ck_assert_msg(strstr(err.message, grant) != NULL, "%s is not in: %s", grant, err.message);
    store_free(other);
}

START_TEST(a_role_without_the_privileges_does_not_start_and_is_told_the_grants)
{
    char grant[200];

    become_worker();
    sql("REVOKE SET ON PARAMETER session_replication_role FROM %s", worker_role);
    snprintf(grant, sizeof grant, "GRANT SET ON PARAMETER session_replication_role TO %s", worker_role);
    assert_not_started(grant);
    sql("%s", grant);
    sql("REVOKE UPDATE (id) ON study_activities FROM %s", worker_role);
    snprintf(grant, sizeof grant, "GRANT UPDATE (id) ON study_activities TO %s", worker_role);
    assert_not_started(grant);
    sql("%s", grant);
    store_free(store);
    store = new_store();
    add_many(0, 5);
    must_decide(store, &batch);
    forget_worker();
}
END_TEST

START_TEST(which_of_both_is_in_force_is_logged_once)
{
    log_begin();
    log_setup(LOG_TEXT, LOG_INFO);
    store_free(store);
    store = new_store();
    store_disconnect(store);
    reconnect();
    ck_assert_int_eq(times_logged("reference checks: per-batch"), 1);
    config.postgres_reference_checks = REFERENCE_CHECKS_PER_ROW;
    store_free(store);
    store = new_store();
    ck_assert_int_eq(times_logged("reference checks: per-row"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("per_batch");
    TCase *tcase = tcase_create("per_batch");

    tcase_add_checked_fixture(tcase, go_per_batch, NULL);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, what_others_did_first_with_a_parent_counts, 0, sizeof changes / sizeof *changes);
    tcase_add_loop_test(tcase, who_comes_after_the_lock_waits_and_is_refused_by_the_foreign_key, 0,
                        sizeof too_late / sizeof *too_late);
    tcase_add_loop_test(tcase, anything_that_it_would_switch_off_as_well_leaves_the_checks_to_postgresql, 0,
                        sizeof obstacles / sizeof *obstacles);
    tcase_add_test(tcase, keys_and_triggers_that_no_insert_meets_are_no_obstacle);
    tcase_add_test(tcase, when_the_obstacle_has_gone_it_is_in_force_again);
    tcase_add_test(tcase, a_trigger_that_comes_in_between_fires);
    tcase_add_test(tcase, a_role_without_the_privileges_does_not_start_and_is_told_the_grants);
    tcase_add_test(tcase, which_of_both_is_in_force_is_logged_once);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
