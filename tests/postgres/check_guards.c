/*
 * What must not be stored: a session that no event could tell, one that is not what was asked for, a decision made
 * while rows are hidden. Each statement guards itself, because nobody else sees it in time.
 */
#include "refusal.h"

static void assert_nothing_stored(void)
{
    ck_assert_str_eq(sql("SELECT (SELECT count(*) FROM command_outcomes) + (SELECT count(*) FROM study_sessions)"),
                     "0");
}

/* As assert_stopped, with that code, and nothing was stored either. */
static void assert_guarded(enum exit_code exit_code, const char *code, const char *named)
{
    assert_stopped(exit_code, named);
    ck_assert_str_eq(err.code, code);
    for (size_t i = 0; i < batch.count; i++)
        ck_assert_ptr_null(batch.items[i].row);
    assert_nothing_stored();
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

START_TEST(a_parent_without_a_name_stops_before_anything_is_stored)
{
    sql("ALTER TABLE groups ALTER COLUMN name DROP NOT NULL");
    sql("UPDATE groups SET name = NULL WHERE id = 2");
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    assert_guarded(EXIT_CONFIG, "E-PG-NAME", "the row of groups with id 2 has no name");

    sql("UPDATE groups SET name = 'Colours' WHERE id = 2");
    must_decide(store, &batch);
    assert_created(1);
}
END_TEST

START_TEST(an_activity_without_a_name_behind_a_view_stops_likewise)
{
    sql("ALTER TABLE study_activities RENAME TO activities");
    sql("CREATE VIEW study_activities AS SELECT id, nullif(name, 'Flashcards') AS name FROM activities");
    sql("INSERT INTO activities (name) VALUES ('Quiz')");
    add(&batch, 1, 1, 1);
    assert_guarded(EXIT_CONFIG, "E-PG-NAME", "the row of study_activities with id 1 has no name");

    begin_batch();
    add(&batch, 2, 1, 2);
    sql("ALTER TABLE study_sessions DROP CONSTRAINT study_sessions_study_activity_id_fkey");
    must_decide(store, &batch);
    assert_created(0);
}
END_TEST

/* ---- Room -------------------------------------------------------------------------------------------------------- */

START_TEST(an_id_beyond_its_column_is_the_tables_fault)
{
    sql("ALTER TABLE study_sessions ALTER COLUMN id TYPE integer");
    sql("ALTER SEQUENCE study_sessions_id_seq AS bigint MAXVALUE 9223372036854775807 RESTART 2147483647");
    add(&batch, 1, 1, 1);
    add(&batch, 2, 1, 1);
    assert_guarded(EXIT_CONFIG, "E-PG-ROOM", "study_sessions.id is of a type that cannot hold 21474836");
}
END_TEST

START_TEST(a_parents_id_beyond_the_sessions_column_is_the_tables_fault)
{
    sql("ALTER TABLE study_sessions ALTER COLUMN group_id TYPE smallint");
    sql("INSERT INTO groups (id, name) VALUES (40000, 'Far')");
    add(&batch, 1, 40000, 1);
    assert_guarded(EXIT_CONFIG, "E-PG-ROOM", "study_sessions.group_id is of a type that cannot hold 40000");
}
END_TEST

/* ---- Row security ------------------------------------------------------------------------------------------------ */

static const char *const decisive[] = {"groups", "study_activities", "command_outcomes"};

START_TEST(row_security_that_is_switched_on_stops_before_anything_is_decided)
{
    const char *table = decisive[_i];

    become_worker();
    sql("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", table);
    add(&batch, 1, 1, 1);
    assert_guarded(EXIT_PERMISSION, "E-PG-ROW-SECURITY", table);

    sql("CREATE POLICY few ON %s FOR SELECT USING (%s IS NOT NULL)", table, _i == 2 ? "command_id" : "id");
    ck_assert_int_eq(decide(store, &batch), FAILED);
    sql("CREATE POLICY seen ON %s FOR SELECT TO %s USING (true)", table, worker_role);
    sql("CREATE POLICY made ON %s FOR INSERT WITH CHECK (true)", table);
    must_decide(store, &batch);
    assert_created(0);

    sql("CREATE POLICY less ON %s AS RESTRICTIVE USING (true)", table);
    begin_batch();
    add(&batch, 2, 99, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 1);
    forget_worker();
}
END_TEST

START_TEST(what_was_known_is_not_read_through_row_security)
{
    become_worker();
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    sql("ALTER TABLE command_outcomes ENABLE ROW LEVEL SECURITY");
    begin_batch();
    add(&batch, 1, 1, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_null(batch.items[0].row);
    forget_worker();
}
END_TEST

START_TEST(row_security_on_sessions_asks_for_another_statement)
{
    become_worker();
    sql("ALTER TABLE study_sessions ENABLE ROW LEVEL SECURITY");
    sql("CREATE POLICY made ON study_sessions FOR INSERT WITH CHECK (true)");
    add(&batch, 1, 1, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.class, ERR_RENEW);
    assert_nothing_stored();

    store_disconnect(store);
    store_free(store);
    store = new_store();
    must_decide(store, &batch);
    assert_created(0);
    forget_worker();
}
END_TEST

/* ---- Triggers ---------------------------------------------------------------------------------------------------- */

/* A trigger that does something to the session of group 2. */
static void add_trigger(const char *action)
{
    sql("CREATE FUNCTION \"%s\".meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = 2 THEN %s; END "
        "IF; "
        "RETURN NEW; END $$",
        schema_name, action);
    sql("CREATE TRIGGER meddle BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION \"%s\".meddle()",
        schema_name);
}

static const char *const meddling[] = {
    "RETURN NULL",
    "NEW.id = NEW.id + 1000",
    "NEW.group_id = 1",
    "NEW.study_activity_id = 2",
    "NEW.created_at = NEW.created_at - interval '1 microsecond'",
    "NEW.created_at = NULL",
};

START_TEST(a_session_that_a_trigger_skips_or_changes_is_refused_and_rolled_back)
{
    sql("INSERT INTO study_activities (name) VALUES ('Quiz')");
    sql("ALTER TABLE study_sessions ALTER COLUMN created_at DROP NOT NULL");
    add_trigger(meddling[_i]);
    for (unsigned id = 1; id <= 9; id++)
        add(&batch, id, id == 5 ? 2 : 1, 1);
    must_decide(store, &batch);
    for (size_t i = 0; i < 9; i++) {
        if (i == 4)
            assert_refused(i, "09000");
        else
            assert_created(i);
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions WHERE group_id = 1")), 8);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 8);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 8);
}
END_TEST

START_TEST(sessions_that_a_trigger_exchanges_are_refused)
{
    sql("INSERT INTO study_activities (name) VALUES ('Quiz')");
    add_trigger("NEW.study_activity_id = 3 - NEW.study_activity_id");
    add(&batch, 1, 2, 1);
    add(&batch, 2, 2, 2);
    add(&batch, 3, 1, 2);
    must_decide(store, &batch);
    assert_refused(0, "09000");
    assert_refused(1, "09000");
    assert_created(2);
}
END_TEST

START_TEST(a_trigger_that_fills_other_columns_is_no_change)
{
    sql("ALTER TABLE study_sessions ADD COLUMN mood text");
    add_trigger("NEW.mood = 'good'; NEW.created_at = now()");
    add(&batch, 1, 2, 1);
    must_decide(store, &batch);
    assert_created(0);
    ck_assert_str_eq(sql("SELECT mood FROM study_sessions"), "good");
}
END_TEST

/* ---- Precision --------------------------------------------------------------------------------------------------- */

START_TEST(the_moment_of_decision_has_the_precision_of_the_sessions_column)
{
    static const int units[] = {1000000, 1000, 1};

    sql("ALTER TABLE study_sessions ALTER COLUMN created_at TYPE timestamptz(%d)", _i * 3);
    for (unsigned id = 1; id <= 20; id++) {
        begin_batch();
        add(&batch, id, 1, 1);
        must_decide(store, &batch);
        assert_created(0);
        ck_assert_int_eq(batch.items[0].row->decided_us % units[_i], 0);
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions JOIN command_outcomes ON session_id = id AND "
                                "created_at = decided_at")),
                     20);
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_parent_without_a_name_stops_before_anything_is_stored);
    tcase_add_test(tcase, an_activity_without_a_name_behind_a_view_stops_likewise);
    tcase_add_test(tcase, an_id_beyond_its_column_is_the_tables_fault);
    tcase_add_test(tcase, a_parents_id_beyond_the_sessions_column_is_the_tables_fault);
    tcase_add_loop_test(tcase, row_security_that_is_switched_on_stops_before_anything_is_decided, 0, 3);
    tcase_add_test(tcase, what_was_known_is_not_read_through_row_security);
    tcase_add_test(tcase, row_security_on_sessions_asks_for_another_statement);
    tcase_add_loop_test(tcase, a_session_that_a_trigger_skips_or_changes_is_refused_and_rolled_back, 0,
                        sizeof meddling / sizeof *meddling);
    tcase_add_test(tcase, sessions_that_a_trigger_exchanges_are_refused);
    tcase_add_test(tcase, a_trigger_that_fills_other_columns_is_no_change);
    tcase_add_loop_test(tcase, the_moment_of_decision_has_the_precision_of_the_sessions_column, 0, 3);
}

int main(void)
{
    return run_each_way("guards", add_stories);
}
