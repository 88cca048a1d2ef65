/*
 * What is wrong with the tables is found before the first command is read, by `run` and by `migrate status` alike.
 */
#include "fixture.h"

static enum progress connect_store(void)
{
    enum progress progress;

    store_disconnect(store);
    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    return progress;
}

/* All findings as one text, each with its fix. */
static const char *status(bool *complete)
{
    static char text[16384];
    struct arena arena = {0};
    struct migrate_report report;
    size_t len = 0;

    ck_assert_msg(migrate_status(&config, &arena, &report, &err), "%s", err.message);
    text[0] = 0;
    for (size_t i = 0; i < report.count && len < sizeof text; i++) {
        const struct migrate_finding *finding = &report.findings[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s\n  fix: %s\n", finding->warning ? "warning: " : "",
                                finding->text, finding->fix);
    }
    *complete = report.complete;
    arena_free(&arena);
    return text;
}

static void forget_role(void)
{
    conninfo[0] = 0;
    if (worker_role[0] != 0)
        forget_worker();
    worker_role[0] = 0;
}

static void teardown_with_role(void)
{
    forget_role();
    teardown();
}

/* ---- The table --------------------------------------------------------------------------------------------------- */

/* `text` with the role's name in it. */
static const char *with_role(const char *text)
{
    static char full[8192];
    size_t len = 0;

    for (const char *at = text; *at != 0 && len + sizeof worker_role < sizeof full;) {
        bool named = strncmp(at, "WORKER", 6) == 0;
        len += (size_t)snprintf(full + len, sizeof full - len, named ? "%s" : "%.1s", named ? worker_role : at);
        at += named ? 6 : 1;
    }
    full[len] = 0;
    return full;
}

static void start_anew(const struct table_row *row)
{
    sql("SET client_min_messages = error");
    sql("DROP SCHEMA \"%s\" CASCADE", schema_name);
    forget_role();
    make_tables();
    sql("CREATE FUNCTION \"%s\".fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.rating := 3; RETURN NEW; END "
        "$$",
        schema_name);
    sql("CREATE FUNCTION \"%s\".later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$", schema_name);
    if (strcmp(row->cell[0], "worker") == 0)
        become_worker();
    sql("%s", with_role(row->cell[1]));
}

static void assert_stops(const struct table_row *row, int exit_code)
{
    ck_assert_msg(connect_store() == FAILED, "%s:%d: it starts", row->path, row->line);
    ck_assert_msg(err.class == ERR_STOP && (int)err.exit_code == exit_code, "%s:%d: exit %d: %s", row->path, row->line,
                  (int)err.exit_code, err.message);
    ck_assert_msg(strstr(err.message, with_role(row->cell[3])) != NULL, "%s:%d: %s", row->path, row->line, err.message);
    const char *fix = strstr(err.message, "\n  fix: ");
    ck_assert_msg(fix != NULL && strstr(fix, with_role(row->cell[4])) != NULL, "%s:%d: %s", row->path, row->line,
                  err.message);
}

static void assert_serves(const struct table_row *row)
{
    ck_assert_msg(connect_store() == DONE, "%s:%d: %s", row->path, row->line, err.message);
    begin_batch();
    add(&batch, (unsigned)row->line, 1, 1);
    must_decide(store, &batch);
    ck_assert_msg(batch.items[0].row != NULL && batch.items[0].row->kind == OUTCOME_CREATED, "%s:%d", row->path,
                  row->line);
}

static void check_row(const struct table_row *row)
{
    const char *what = row->cell[2];
    bool says = strcmp(what, "serves") != 0;
    bool warns = strcmp(what, "warning") == 0;
    bool complete;

    ck_assert_msg(row->count == (says ? 5 : 3), "%s:%d: %d cells", row->path, row->line, row->count);
    start_anew(row);
    const char *said = status(&complete);
    ck_assert_msg(complete == (!says || warns), "%s:%d: %s", row->path, row->line, said);
    ck_assert_msg(!complete || (strstr(said, "warning: ") != NULL) == warns, "%s:%d: %s", row->path, row->line, said);
    if (says)
        ck_assert_msg(strstr(said, with_role(row->cell[3])) != NULL && strstr(said, with_role(row->cell[4])) != NULL,
                      "%s:%d: %s", row->path, row->line, said);
    if (says && !warns)
        assert_stops(row, (int)strtol(what, NULL, 10));
    else
        assert_serves(row);
}

START_TEST(what_the_tables_lack_is_found_at_the_start)
{
    table_each("tests/postgres/tables.table", check_row);
}
END_TEST

/* ---- One by one -------------------------------------------------------------------------------------------------- */

START_TEST(the_fix_of_a_misplaced_sequence_mends_it)
{
    become_worker();
    sql("SELECT setval('study_sessions_id_seq', 4)");
    sql("INSERT INTO study_sessions (id, group_id, study_activity_id) VALUES (5, 1, 1), (8, 1, 1)");
    ck_assert_int_eq(connect_store(), FAILED);
    sql("%s", strstr(err.message, "SELECT setval"));
    ck_assert_int_eq(connect_store(), DONE);
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(batch.items[0].row->session.id, 9);
}
END_TEST

START_TEST(a_view_of_the_invoker_shows_what_its_reader_may_see)
{
    if (PQserverVersion(beside) < 150000)
        return;
    become_worker();
    sql("ALTER TABLE groups RENAME TO teams");
    sql("ALTER TABLE teams ENABLE ROW LEVEL SECURITY");
    sql("CREATE VIEW groups WITH (security_invoker = on) AS SELECT id, name FROM teams");
    sql("GRANT SELECT ON groups, teams TO %s", worker_role);
    ck_assert_int_eq(connect_store(), FAILED);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "groups shows teams, which has row security"));
    sql("CREATE POLICY p ON teams TO %s USING (true)", worker_role);
    ck_assert_msg(connect_store() == DONE, "%s", err.message);
}
END_TEST

START_TEST(row_security_that_is_off_for_the_role_ends_well)
{
    become_worker();
    snprintf(conninfo, sizeof conninfo, "options='-c role=%s -c row_security=off'", worker_role);
    ck_assert_msg(connect_store() == DONE, "%s", err.message);
    sql("ALTER TABLE groups ENABLE ROW LEVEL SECURITY");
    sql("CREATE POLICY p ON groups USING (true)");
    /* Either it is ours to switch on, or it is said. */
    if (connect_store() == FAILED) {
        ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
        ck_assert_ptr_nonnull(strstr(err.message, "row_security is off"));
    }
}
END_TEST

/* Found when the first duplicate was read, and not before. For the whole database: it is given back. */
START_TEST(a_server_function_that_the_role_may_not_call_is_found_at_the_start)
{
    bool complete;

    become_worker();
    sql("DO $$ BEGIN EXECUTE (SELECT string_agg(format('REVOKE EXECUTE ON FUNCTION pg_catalog.%%s FROM PUBLIC', "
        "oid::regprocedure), '; ') FROM pg_proc WHERE proname = 'pg_logical_emit_message'); END $$");
    enum progress progress = connect_store();
    const char *said = status(&complete);
    sql("DO $$ BEGIN EXECUTE (SELECT string_agg(format('GRANT EXECUTE ON FUNCTION pg_catalog.%%s TO PUBLIC', "
        "oid::regprocedure), '; ') FROM pg_proc WHERE proname = 'pg_logical_emit_message'); END $$");
    ck_assert_int_eq(progress, FAILED);
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    ck_assert_ptr_nonnull(strstr(err.message, "lacks EXECUTE on pg_logical_emit_message"));
    ck_assert_ptr_nonnull(
        strstr(err.message, "fix: GRANT EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message(boolean,text,text"));
    ck_assert_msg(!complete && strstr(said, "lacks EXECUTE") != NULL, "%s", said);
    ck_assert_msg(connect_store() == DONE, "%s", err.message);
}
END_TEST

/* It works as the owner, who sees all, but whose policies are not those of `run`. */
START_TEST(a_migration_does_not_mind_what_its_own_role_may_see)
{
    bool created[MIGRATE_TABLES];

    become_worker();
    sql("GRANT USAGE, CREATE ON SCHEMA \"%s\" TO %s", schema_name, worker_role);
    sql("ALTER TABLE study_activities OWNER TO %s", worker_role);
    sql("ALTER TABLE study_sessions OWNER TO %s", worker_role);
    sql("ALTER TABLE command_outcomes OWNER TO %s", worker_role);
    sql("ALTER TABLE groups ENABLE ROW LEVEL SECURITY");
    ck_assert_msg(migrate_up(&config, created, &err), "%s", err.message);
}
END_TEST

static int count_of(const char *text, const char *word)
{
    int count = 0;

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
        count++;
    return count;
}

START_TEST(each_warning_is_logged_once_however_often_it_connects)
{
    char log[8192] = "";
    FILE *file = tmpfile();
    int stderr_before = dup(STDERR_FILENO);

    sql("ALTER TABLE groups ALTER name DROP NOT NULL");
    sql("ALTER TABLE study_activities ALTER name DROP NOT NULL");
    ck_assert(dup2(fileno(file), STDERR_FILENO) >= 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(connect_store(), DONE);
    ck_assert(dup2(stderr_before, STDERR_FILENO) >= 0);
    ck_assert(pread(fileno(file), log, sizeof log - 1, 0) > 0);
    ck_assert_msg(count_of(log, "groups.name") == 1 && count_of(log, "study_activities.name") == 1, "%s", log);
    ck_assert_int_eq(count_of(log, "E-PG-TABLES-WARNING"), 2);
    fclose(file);
    close(stderr_before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");
    TCase *tcase = tcase_create("tables");

    tcase_add_checked_fixture(tcase, setup, teardown_with_role);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, what_the_tables_lack_is_found_at_the_start);
    tcase_add_test(tcase, the_fix_of_a_misplaced_sequence_mends_it);
    tcase_add_test(tcase, a_view_of_the_invoker_shows_what_its_reader_may_see);
    tcase_add_test(tcase, row_security_that_is_off_for_the_role_ends_well);
    tcase_add_test(tcase, a_server_function_that_the_role_may_not_call_is_found_at_the_start);
    tcase_add_test(tcase, a_migration_does_not_mind_what_its_own_role_may_see);
    tcase_add_test(tcase, each_warning_is_logged_once_however_often_it_connects);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
