/*
 * Rows that PostgreSQL refuses: which of them are the command's fault and which are the operator's. Whether others
 * would be stored: check_canary.c.
 */
#include "refusal.h"

START_TEST(rows_that_an_operators_check_refuses_are_found_among_their_neighbours)
{
    sql(GUESTS);
    for (unsigned id = 0; id < 200; id++)
        add(&batch, id, id == 0 || id == 77 || id == 78 || id == 199 ? 2 : 1, 1);
    must_decide(store, &batch);
    for (size_t i = 0; i < batch.count; i++) {
        if (batch.items[i].command.group_id.value == 2)
            assert_refused(i, "23514");
        else
            assert_created(i);
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 196);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 196);
}
END_TEST

START_TEST(a_refused_row_that_came_alone_is_answered_and_does_not_block_its_partition)
{
    sql(GUESTS);
    add(&batch, 1, 2, 1);
    must_decide(store, &batch);
    assert_refused(0, "23514");
}
END_TEST

START_TEST(refused_rows_are_answered_however_many_come_together)
{
    const unsigned counts[] = {4, 5, 16, 300};

    sql(GUESTS);
    begin_batch();
    add_group(2, counts[_i]);
    must_decide(store, &batch);
    assert_all_refused("23514");
}
END_TEST

START_TEST(what_refuses_every_row_refuses_each_of_them_and_the_brake_is_for_their_number)
{
    sql("ALTER TABLE study_sessions ADD CONSTRAINT nobody CHECK (group_id < 0)");
    for (unsigned id = 1; id <= 100; id++)
        add(&batch, id, 1 + id % 2, 1);
    log_begin();
    must_decide(store, &batch);
    assert_all_refused("23514");
    assert_logged("constraint nobody");
    assert_logged("commands[0]@0");
    assert_logged("no session would be stored: all 2 pairs");
    assert_logged("100 of this batch are answered STORE_REFUSED");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
}
END_TEST

START_TEST(the_next_record_of_a_refused_id_is_decided_in_its_own_right)
{
    sql(GUESTS);
    add(&batch, 1, 2, 1);
    add(&batch, 9, 1, 1);
    add(&batch, 1, 2, 1);
    add(&batch, 1, 1, 1);
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    assert_refused(0, "23514");
    assert_refused(2, "23514");
    assert_created(3);
    ck_assert_ptr_eq(batch.items[3].row, batch.items[4].row);
    ck_assert_int_eq(batch.items[3].row->offset, 3);
}
END_TEST

START_TEST(what_a_trigger_says_about_a_row_is_not_repeated)
{
    sql("CREATE FUNCTION \"%s\".refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = 2 THEN "
        "RAISE EXCEPTION 'secret of group %%', NEW.group_id; END IF; RETURN NEW; END $$",
        schema_name);
    sql("CREATE TRIGGER refuse BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION \"%s\".refuse()",
        schema_name);
    add(&batch, 1, 2, 1);
    add(&batch, 2, 1, 1);
    log_begin();
    must_decide(store, &batch);
    assert_refused(0, "P0001");
    assert_created(1);

    begin_batch();
    add_group(2, 6);
    must_decide(store, &batch);
    assert_all_refused("P0001");
    assert_logged("refuses a row");
    ck_assert_ptr_null(strstr(logged(), "secret"));
}
END_TEST

static const char *const raised[] = {
    "check_violation", "unique_violation", "undefined_table", "insufficient_privilege", "45000", "connection_failure"};
static const char *const sqlstates[] = {"23514", "23505", "42P01", "42501", "45000", "08006"};

START_TEST(whatever_a_trigger_raises_is_about_its_row)
{
    sql("CREATE FUNCTION \"%s\".refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = 2 THEN "
        "RAISE EXCEPTION 'secret of group %%', NEW.group_id USING ERRCODE = '%s'; END IF; RETURN NEW; END $$",
        schema_name, raised[_i]);
    sql("CREATE TRIGGER refuse BEFORE INSERT ON study_sessions FOR EACH ROW EXECUTE FUNCTION \"%s\".refuse()",
        schema_name);
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    add(&batch, 3, 1, 1);
    must_decide(store, &batch);
    assert_created(0);
    assert_refused(1, sqlstates[_i]);
    assert_created(2);

    begin_batch();
    add(&batch, 4, 2, 1);
    must_decide(store, &batch);
    assert_refused(0, sqlstates[_i]);
}
END_TEST

START_TEST(what_only_the_commit_refuses_is_refused)
{
    sql("CREATE FUNCTION \"%s\".refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.group_id = 2 THEN "
        "RAISE EXCEPTION 'not this group'; END IF; RETURN NULL; END $$",
        schema_name);
    sql("CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON study_sessions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE FUNCTION \"%s\".refuse()",
        schema_name);
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    must_decide(store, &batch);
    assert_created(0);
    assert_refused(1, "P0001");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 1);
}
END_TEST

START_TEST(a_foreign_key_of_the_operators_own_is_a_refusal_not_a_missing_parent)
{
    sql("CREATE TABLE rooms (id bigint PRIMARY KEY)");
    sql("INSERT INTO rooms VALUES (1)");
    sql("ALTER TABLE study_sessions ADD CONSTRAINT room FOREIGN KEY (group_id) REFERENCES rooms");
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    must_decide(store, &batch);
    assert_created(0);
    assert_refused(1, "23503");

    begin_batch();
    add_group(2, 20);
    must_decide(store, &batch);
    assert_all_refused("23503");
}
END_TEST

START_TEST(row_security_refuses_a_row_as_a_constraint_does)
{
    sql("ALTER TABLE study_sessions ENABLE ROW LEVEL SECURITY");
    sql("CREATE POLICY ours ON study_sessions WITH CHECK (group_id = 1)");
    become_worker();
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    must_decide(store, &batch);
    assert_created(0);
    assert_refused(1, "42501");

    begin_batch();
    add(&batch, 3, 2, 1);
    must_decide(store, &batch);
    assert_refused(0, "42501");

    begin_batch();
    add_group(2, 50);
    must_decide(store, &batch);
    assert_all_refused("42501");

    sql("DROP POLICY ours ON study_sessions");
    sql("CREATE POLICY nobodys ON study_sessions WITH CHECK (false)");
    begin_batch();
    add_group(1, 5);
    must_decide(store, &batch);
    assert_all_refused("42501");
    forget_worker();
}
END_TEST

START_TEST(a_grant_that_is_taken_away_stops_with_77)
{
    become_worker();
    sql("REVOKE INSERT ON study_sessions FROM %s", worker_role);
    for (unsigned id = 1; id <= 50; id++)
        add(&batch, id, 1, 1);
    assert_stopped(EXIT_PERMISSION, "permission denied for table study_sessions");

    store_disconnect(store);
    enum progress progress;
    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    ck_assert_int_eq(progress, FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "lacks INSERT"));
    forget_worker();
}
END_TEST

START_TEST(a_sequence_left_behind_by_an_import_stops_and_says_how_to_move_it)
{
    sql("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (1, 1, 1), (2, 1, 1)");
    add(&batch, 1, 1, 1);
    add(&batch, 2, 1, 1);
    assert_stopped(EXIT_CONFIG, "setval");
    ck_assert_str_eq(err.code, "E-PG-23505");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);
}
END_TEST

START_TEST(an_exhausted_sequence_stops)
{
    sql("ALTER SEQUENCE study_sessions_id_seq MAXVALUE 2");
    for (unsigned id = 1; id <= 3; id++)
        add(&batch, id, 1, 1);
    assert_stopped(EXIT_CONFIG, "sequence");
    ck_assert_str_eq(err.code, "E-PG-2200H");
}
END_TEST

START_TEST(a_table_that_is_gone_stops_and_names_it)
{
    sql("DROP TABLE command_outcomes");
    add(&batch, 1, 1, 1);
    assert_stopped(EXIT_CONFIG, "command_outcomes");
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, rows_that_an_operators_check_refuses_are_found_among_their_neighbours);
    tcase_add_test(tcase, a_refused_row_that_came_alone_is_answered_and_does_not_block_its_partition);
    tcase_add_loop_test(tcase, refused_rows_are_answered_however_many_come_together, 0, 4);
    tcase_add_test(tcase, what_refuses_every_row_refuses_each_of_them_and_the_brake_is_for_their_number);
    tcase_add_test(tcase, the_next_record_of_a_refused_id_is_decided_in_its_own_right);
    tcase_add_test(tcase, what_a_trigger_says_about_a_row_is_not_repeated);
    tcase_add_loop_test(tcase, whatever_a_trigger_raises_is_about_its_row, 0, sizeof raised / sizeof *raised);
    tcase_add_test(tcase, what_only_the_commit_refuses_is_refused);
    tcase_add_test(tcase, a_foreign_key_of_the_operators_own_is_a_refusal_not_a_missing_parent);
    tcase_add_test(tcase, row_security_refuses_a_row_as_a_constraint_does);
    tcase_add_test(tcase, a_grant_that_is_taken_away_stops_with_77);
    tcase_add_test(tcase, a_sequence_left_behind_by_an_import_stops_and_says_how_to_move_it);
    tcase_add_test(tcase, an_exhausted_sequence_stops);
    tcase_add_test(tcase, a_table_that_is_gone_stops_and_names_it);
}

int main(void)
{
    return run_each_way("isolation", add_stories);
}
