#include "fixture.h"
#include "postgres/prune.h"

#define DAY_MS INT64_C(86400000)

static struct prune_count count;

/* Every window; how it ended. */
static enum progress prune(int64_t older_than_ms, bool dry_run)
{
    struct prune_request request = {older_than_ms, dry_run};
    struct prune *prune = prune_open(&config, &request, &err);
    enum progress progress = prune == NULL ? FAILED : PENDING;

    count = (struct prune_count){0};
    while (progress == PENDING)
        progress = prune_step(prune, &count, &err);
    prune_close(prune);
    return progress;
}

#define must_prune(older_than_ms, dry_run)                                                                             \
    ck_assert_msg(prune(older_than_ms, dry_run) == DONE, "%s [%s]", err.message, err.code)

/* Outcomes as if they had been decided so long ago; ids from the whole range of ids. */
static void fill_ledger(long rows, const char *ago)
{
    sql("INSERT INTO command_outcomes (command_id, outcome, session_id, group_id, group_id_invalid, study_activity_id, "
        "study_activity_id_invalid, group_name, activity_name, topic, partition, \"offset\", timestamp_ms, decided_at) "
        "SELECT md5('%s' || number)::uuid, 'created', number, 1, false, 1, false, 'Animals', 'Flashcards', 'commands', "
        "0, number, 0, now() - interval '%s' FROM generate_series(1, %ld) AS number",
        ago, ago, rows);
}

static long rows(const char *condition)
{
    return number(sql("SELECT count(*) FROM command_outcomes WHERE %s", condition));
}

START_TEST(what_is_old_is_stripped_to_the_bare_id_and_what_is_young_stays)
{
    fill_ledger(3, "100 days");
    fill_ledger(4, "10 days");
    must_prune(90 * DAY_MS, false);

    ck_assert_int_eq(count.examined, 7);
    ck_assert_int_eq(count.pruned, 3);
    ck_assert_int_eq(rows("to_jsonb(command_outcomes) - 'command_id' @? "
                          "'$.* ? (@ != null)'"),
                     4);
    ck_assert_int_eq(rows("outcome IS NULL"), 3);
    must_prune(90 * DAY_MS, false);
    ck_assert_int_eq(count.pruned, 0);
}
END_TEST

START_TEST(a_dry_run_counts_the_same_and_changes_nothing)
{
    fill_ledger(3, "100 days");
    fill_ledger(4, "10 days");
    must_prune(90 * DAY_MS, true);
    ck_assert_int_eq(count.examined, 7);
    ck_assert_int_eq(count.pruned, 3);
    ck_assert_int_eq(rows("outcome IS NULL"), 0);
}
END_TEST

START_TEST(an_empty_ledger_is_done_at_once)
{
    must_prune(DAY_MS, false);
    ck_assert_int_eq(count.examined + count.pruned, 0);
}
END_TEST

START_TEST(windows_meet_without_a_gap_and_without_counting_twice)
{
    static const long sizes[] = {9999, 10000, 10001, 20001};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        sql("TRUNCATE command_outcomes");
        fill_ledger(sizes[i] - 2, "100 days");
        /* The first and the last of all ids. */
        sql("INSERT INTO command_outcomes (command_id, outcome, decided_at) SELECT repeat(digit, 32)::uuid, "
            "'rejected', "
            "now() - interval '100 days' FROM unnest('{0,f}'::text[]) AS digit");
        must_prune(DAY_MS, true);
        ck_assert_int_eq(count.examined, sizes[i]);
        ck_assert_int_eq(count.pruned, sizes[i]);
        must_prune(DAY_MS, false);
        ck_assert_int_eq(count.examined, sizes[i]);
        ck_assert_int_eq(count.pruned, sizes[i]);
        ck_assert_int_eq(rows("outcome IS NOT NULL"), 0);
    }
}
END_TEST

START_TEST(each_window_is_committed_so_an_interrupted_prune_has_done_its_part)
{
    struct prune_request request = {DAY_MS, false};

    fill_ledger(10001, "100 days");
    struct prune *prune = prune_open(&config, &request, &err);
    ck_assert_ptr_nonnull(prune);
    count = (struct prune_count){0};
    ck_assert_int_eq(prune_step(prune, &count, &err), PENDING);
    prune_close(prune);
    ck_assert_int_eq(count.pruned, 10000);
    ck_assert_int_eq(rows("outcome IS NULL"), 10000);
}
END_TEST

START_TEST(a_row_that_somebody_holds_is_left_for_the_next_time)
{
    fill_ledger(5, "100 days");
    PGconn *holder = PQconnectdb("");
    char lock[200];
    snprintf(lock, sizeof lock, "BEGIN; SELECT FROM \"%s\".command_outcomes WHERE \"offset\" = 3 FOR UPDATE",
             schema_name);
    PGresult *held = PQexec(holder, lock);
    ck_assert_int_eq(PQresultStatus(held), PGRES_TUPLES_OK);
    PQclear(held);

    must_prune(DAY_MS, false);
    ck_assert_int_eq(count.pruned, 4);
    PQfinish(holder);
    must_prune(DAY_MS, false);
    ck_assert_int_eq(count.pruned, 1);
}
END_TEST

START_TEST(a_pruned_id_is_known_but_not_what_it_was)
{
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    sql("UPDATE command_outcomes SET decided_at = now() - interval '2 days'");
    must_prune(DAY_MS, false);
    long last = number(sql("SELECT last_value FROM study_sessions_id_seq"));

    begin_batch();
    add(&batch, 1, 1, 1);
    add(&batch, 2, 1, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(batch.items[0].row->kind, OUTCOME_PRUNED);
    ck_assert_int_eq(batch.items[1].row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 2);
    ck_assert_int_eq(number(sql("SELECT last_value FROM study_sessions_id_seq")), last + 1);
}
END_TEST

START_TEST(the_role_of_run_may_count_but_not_prune_and_is_told_the_grant)
{
    sql("CREATE ROLE \"pruner_%d\"", (int)getpid());
    snprintf(conninfo, sizeof conninfo, "options='-c role=pruner_%d'", (int)getpid());
    ck_assert_int_eq(prune(DAY_MS, false), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);

    sql("GRANT USAGE ON SCHEMA \"%s\" TO \"pruner_%d\"", schema_name, (int)getpid());
    sql("GRANT SELECT, INSERT ON command_outcomes TO \"pruner_%d\"", (int)getpid());
    fill_ledger(2, "100 days");
    must_prune(DAY_MS, true);
    ck_assert_int_eq(prune(DAY_MS, false), FAILED);
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "GRANT SELECT, UPDATE ON"));
    ck_assert_int_eq(rows("outcome IS NULL"), 0);

    sql("GRANT UPDATE ON command_outcomes TO \"pruner_%d\"", (int)getpid());
    must_prune(DAY_MS, false);
    ck_assert_int_eq(count.pruned, 2);
    sql("DROP OWNED BY \"pruner_%d\"; DROP ROLE \"pruner_%d\"", (int)getpid(), (int)getpid());
}
END_TEST

START_TEST(without_the_ledger_it_is_78_and_without_a_server_69)
{
    sql("ALTER TABLE command_outcomes RENAME TO elsewhere");
    ck_assert_int_eq(prune(DAY_MS, false), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    snprintf(conninfo, sizeof conninfo, "port=1");
    ck_assert_int_eq(prune(DAY_MS, false), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_UNREACHABLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prune");
    TCase *tcase = tcase_create("prune");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_is_old_is_stripped_to_the_bare_id_and_what_is_young_stays);
    tcase_add_test(tcase, a_dry_run_counts_the_same_and_changes_nothing);
    tcase_add_test(tcase, an_empty_ledger_is_done_at_once);
    tcase_add_test(tcase, windows_meet_without_a_gap_and_without_counting_twice);
    tcase_add_test(tcase, each_window_is_committed_so_an_interrupted_prune_has_done_its_part);
    tcase_add_test(tcase, a_row_that_somebody_holds_is_left_for_the_next_time);
    tcase_add_test(tcase, a_pruned_id_is_known_but_not_what_it_was);
    tcase_add_test(tcase, the_role_of_run_may_count_but_not_prune_and_is_told_the_grant);
    tcase_add_test(tcase, without_the_ledger_it_is_78_and_without_a_server_69);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
