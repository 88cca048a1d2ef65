/* Reading the whole ledger and all sessions in one snapshot. */
#include "fixture.h"
#include "postgres/ledger_scan.h"

static struct arena arena;
static long outcomes, sessions, faults;
static struct uuid last_id;

static struct ledger_scan *must_open(void)
{
    struct ledger_scan *scan = ledger_scan_open(&config, &err);

    ck_assert_msg(scan != NULL, "%s [%s]", err.message, err.code);
    return scan;
}

/* Reads everything to the end, in order, and counts. */
static void scan_all(struct ledger_scan *scan)
{
    struct ledger_scan_row row;
    struct session_row session;
    int64_t last_session = 0;
    bool ordered = true;
    enum progress progress;

    outcomes = sessions = faults = 0;
    last_id = (struct uuid){{0}};
    while ((progress = ledger_scan_outcome(scan, &arena, &row, &err)) == DONE) {
        ordered = ordered && uuid_compare(&last_id, &row.id) < 0;
        last_id = row.id;
        outcomes++;
        faults += row.fault != NULL;
        arena_reset(&arena);
    }
    ck_assert_msg(progress == PENDING, "%s", err.message);
    while ((progress = ledger_scan_session(scan, &session, &err)) == DONE) {
        ordered = ordered && session.id > last_session;
        last_session = session.id;
        sessions++;
    }
    ck_assert_msg(progress == PENDING, "%s", err.message);
    ck_assert(ordered);
    ledger_scan_close(scan);
}

static void decide_some(unsigned first, unsigned count)
{
    begin_batch();
    for (unsigned id = first; id < first + count; id++)
        add(&batch, id, 1 + id % 3, 1); /* a third asks for a group that does not exist */
    must_decide(store, &batch);
}

START_TEST(all_rows_come_once_and_in_order_over_many_pages)
{
    decide_some(1, 6000);
    decide_some(6001, 6000);
    scan_all(must_open());
    ck_assert_int_eq(outcomes, 12000);
    ck_assert_int_eq(sessions, 8000);
    ck_assert_int_eq(faults, 0);
}
END_TEST

START_TEST(what_is_decided_while_it_reads_is_in_neither_table)
{
    decide_some(1, 3);
    struct ledger_scan *scan = must_open();
    decide_some(4, 3);
    scan_all(scan);
    ck_assert_int_eq(outcomes, 3);
    ck_assert_int_eq(sessions, 2);
    scan_all(must_open());
    ck_assert_int_eq(outcomes, 6);
}
END_TEST

START_TEST(an_empty_ledger_has_no_rows)
{
    scan_all(must_open());
    ck_assert_int_eq(outcomes + sessions, 0);
}
END_TEST

START_TEST(a_session_is_read_as_it_stands)
{
    struct ledger_scan_row row;
    struct session_row session;

    decide_some(1, 1);
    sql("UPDATE study_sessions SET created_at = '2026-11-22 02:13:05.123456Z'");
    struct ledger_scan *scan = must_open();
    ck_assert_int_eq(ledger_scan_outcome(scan, &arena, &row, &err), DONE);
    ck_assert_int_eq(row.row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(ledger_scan_outcome(scan, &arena, &row, &err), PENDING);
    ck_assert_int_eq(ledger_scan_session(scan, &session, &err), DONE);
    ck_assert_int_eq(session.group_id, 2);
    ck_assert_int_eq(session.activity_id, 1);
    ck_assert_int_eq(session.created_us, INT64_C(1795313585123456));
    ck_assert_int_eq(ledger_scan_digits(scan), 6);
    ledger_scan_close(scan);
    sql("ALTER TABLE study_sessions ALTER COLUMN created_at TYPE timestamptz(3)");
    scan = must_open();
    ck_assert_int_eq(ledger_scan_digits(scan), 3);
    ledger_scan_close(scan);
}
END_TEST

/* Each of the rows that nobody has written so. */
static const char *const damage[] = {
    "UPDATE command_outcomes SET code = 'MISSING_FIELD' WHERE outcome = 'rejected'",
    "UPDATE command_outcomes SET violations = 'group_id:' WHERE outcome = 'rejected'",
    "UPDATE command_outcomes SET outcome = 'created' WHERE outcome = 'rejected'",
    "UPDATE command_outcomes SET session_id = 1 WHERE outcome = 'rejected'",
    "UPDATE command_outcomes SET session_id = NULL WHERE outcome = 'created'",
    "UPDATE command_outcomes SET code = 'MISSING_FIELD' WHERE outcome = 'created'",
    "UPDATE command_outcomes SET group_name = NULL WHERE outcome = 'created'",
    "UPDATE command_outcomes SET topic = NULL WHERE outcome = 'created'",
};

START_TEST(a_row_that_contradicts_itself_is_a_fault_and_the_others_are_read)
{
    decide_some(1, 2); /* one of each kind */
    sql("%s", damage[_i]);
    scan_all(must_open());
    ck_assert_int_eq(outcomes, 2);
    ck_assert_int_eq(faults, 1);
}
END_TEST

START_TEST(a_role_that_may_not_read_is_told_the_grant)
{
    become_worker();
    sql("REVOKE SELECT ON study_sessions FROM %s", worker_role);
    ck_assert_ptr_null(ledger_scan_open(&config, &err));
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "GRANT SELECT ON"));
    sql("GRANT SELECT ON study_sessions TO %s", worker_role);
    scan_all(must_open());
    forget_worker();
}
END_TEST

START_TEST(rows_that_row_security_hides_are_not_taken_for_lost)
{
    become_worker();
    sql("ALTER TABLE study_sessions ENABLE ROW LEVEL SECURITY");
    ck_assert_ptr_null(ledger_scan_open(&config, &err));
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "study_sessions"));
    sql("CREATE POLICY everything ON study_sessions USING (true)");
    scan_all(must_open());
    forget_worker();
}
END_TEST

START_TEST(without_the_tables_it_is_78_and_without_a_server_69)
{
    sql("ALTER TABLE study_sessions RENAME TO elsewhere");
    ck_assert_ptr_null(ledger_scan_open(&config, &err));
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    snprintf(conninfo, sizeof conninfo, "port=1");
    ck_assert_ptr_null(ledger_scan_open(&config, &err));
    ck_assert_int_eq(err.exit_code, EXIT_UNREACHABLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger_scan");
    TCase *tcase = tcase_create("ledger_scan");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, all_rows_come_once_and_in_order_over_many_pages);
    tcase_add_test(tcase, what_is_decided_while_it_reads_is_in_neither_table);
    tcase_add_test(tcase, an_empty_ledger_has_no_rows);
    tcase_add_test(tcase, a_session_is_read_as_it_stands);
    tcase_add_loop_test(tcase, a_row_that_contradicts_itself_is_a_fault_and_the_others_are_read, 0,
                        sizeof damage / sizeof *damage);
    tcase_add_test(tcase, a_role_that_may_not_read_is_told_the_grant);
    tcase_add_test(tcase, rows_that_row_security_hides_are_not_taken_for_lost);
    tcase_add_test(tcase, without_the_tables_it_is_78_and_without_a_server_69);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
