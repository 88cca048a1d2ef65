#include "fixture.h"

static struct arena arena;
static struct migrate_report report; /* of the last call of is_complete */
static bool created[MIGRATE_TABLES];

static void bare_setup(void)
{
    snprintf(schema_name, sizeof schema_name, "test_%d", (int)getpid());
    config = (struct config){.postgres_conninfo = conninfo, .postgres_schema = schema_name};
    connect_beside();
    batch_init(&batch, FIXTURE_CAPACITY);
}

static void up(void)
{
    ck_assert_msg(migrate_up(&config, created, &err), "%s", err.message);
}

static size_t count_created(void)
{
    size_t count = 0;

    for (size_t i = 0; i < MIGRATE_TABLES; i++)
        count += created[i];
    return count;
}

static bool is_complete(void)
{
    arena_reset(&arena);
    ck_assert_msg(migrate_status(&config, &arena, &report, &err), "%s", err.message);
    return report.complete;
}

static bool is_found(const char *text)
{
    for (size_t i = 0; i < report.count; i++)
        if (strstr(report.findings[i].text, text) != NULL)
            return true;
    return false;
}

static void bare_teardown(void)
{
    arena_free(&arena);
    teardown();
}

START_TEST(up_creates_what_is_missing_and_a_second_time_nothing)
{
    ck_assert(!is_complete());
    ck_assert(is_found("command_outcomes does not exist"));
    up();
    ck_assert_uint_eq(count_created(), MIGRATE_TABLES);
    ck_assert(is_complete());
    up();
    ck_assert_uint_eq(count_created(), 0);
    ck_assert(is_complete());
    store = new_store();
}
END_TEST

START_TEST(status_as_json_says_what_is_missing)
{
    up();
    ck_assert(is_complete());
    ck_assert_uint_eq(report.count, 0);
    sql("ALTER TABLE \"%s\".command_outcomes DROP COLUMN topic", schema_name);
    ck_assert(!is_complete());
    ck_assert_uint_eq(report.count, 1);
    ck_assert_str_eq(report.findings[0].table, "command_outcomes");
    ck_assert_str_eq(sql("SELECT $json$%s$json$::json ->> 'column'", report.findings[0].json), "topic");
}
END_TEST

START_TEST(up_refuses_a_table_that_cannot_serve_names_it_and_leaves_nothing_behind)
{
    sql("CREATE SCHEMA \"%s\"", schema_name);
    sql("CREATE TABLE \"%s\".groups (id numeric PRIMARY KEY, title text)", schema_name);
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM pg_tables WHERE schemaname = '%s'", schema_name)), 1);

    sql("DROP TABLE \"%s\".groups", schema_name);
    sql("CREATE TABLE \"%s\".groups (id bigint PRIMARY KEY, title text)", schema_name);
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "groups.name"));
    sql("DROP TABLE \"%s\".groups", schema_name);
    up();
}
END_TEST

START_TEST(a_ledger_without_its_key_is_not_complete)
{
    up();
    sql("ALTER TABLE \"%s\".command_outcomes DROP CONSTRAINT command_outcomes_pkey", schema_name);
    ck_assert(!is_complete());
    ck_assert(is_found("command_outcomes.command_id has no unique key"));
    sql("CREATE UNIQUE INDEX ON \"%s\".command_outcomes (command_id) WHERE outcome IS NOT NULL", schema_name);
    ck_assert(!is_complete());
    sql("CREATE UNIQUE INDEX ON \"%s\".command_outcomes (command_id)", schema_name);
    ck_assert(is_complete());
}
END_TEST

START_TEST(any_schema_name_serves)
{
    snprintf(schema_name, sizeof schema_name, "Odd 'schema', %%s; user_%d", (int)getpid());
    up();
    ck_assert(is_complete());
    make_tables();
    store = new_store();
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    ck_assert_int_eq(batch.items[0].row->kind, OUTCOME_CREATED);
}
END_TEST

START_TEST(a_schema_name_with_a_quote_is_quoted)
{
    char quoted[] = "say \"hi\"";

    config.postgres_schema = quoted;
    up();
    ck_assert_int_eq(number(sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'say \"hi\"'")), 4);
    sql("DROP SCHEMA \"say \"\"hi\"\"\" CASCADE");
    sql("CREATE SCHEMA \"%s\"", schema_name);
}
END_TEST

START_TEST(two_migrations_at_once_take_turns)
{
    sql("BEGIN; SELECT pg_advisory_xact_lock(x'73657373696f6e64'::bigint)");
    snprintf(conninfo, sizeof conninfo, "options='-c lock_timeout=200ms'");
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_str_eq(err.code, "E-PG-55P03");
    ck_assert_int_eq(err.exit_code, EXIT_TIMEOUT);
    sql("ROLLBACK");
    up();
}
END_TEST

/* By either kind of reference checks. */
START_TEST(the_printed_sql_makes_the_tables_and_its_role_can_run_and_no_more)
{
    char role[64];

    config.postgres_reference_checks = (enum reference_checks_mode)_i;
    way = _i == REFERENCE_CHECKS_PER_BATCH ? PER_BATCH : BY_STATEMENT;
    snprintf(role, sizeof role, "Worker \"%d\"", (int)getpid());
    sql("CREATE ROLE \"Worker \"\"%d\"\"\"", (int)getpid());
    char *output = migrate_sql(&config, role);
    PGresult *result = PQexec(beside, output);
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQerrorMessage(beside));
    PQclear(result);
    free(output);
    make_tables();

    snprintf(conninfo, sizeof conninfo, "options='-c role=Worker\\\\ \"%d\"'", (int)getpid());
    ck_assert(is_complete());
    store = new_store();
    add(&batch, 1, 1, 1);
    add(&batch, 2, 9, 1);
    must_decide(store, &batch);
    begin_batch();
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);

    ck_assert_str_eq(sql("SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM "
                         "information_schema.role_table_grants WHERE grantee = 'Worker \"%d\"' AND table_name = "
                         "'command_outcomes'",
                         (int)getpid()),
                     "INSERT,SELECT");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM information_schema.column_privileges WHERE grantee = 'Worker "
                                "\"%d\"' AND privilege_type IN ('UPDATE', 'DELETE')",
                                (int)getpid())),
                     way == PER_BATCH ? 2 : 0);
    sql("DROP OWNED BY \"Worker \"\"%d\"\"\"; DROP ROLE \"Worker \"\"%d\"\"\"", (int)getpid(), (int)getpid());
}
END_TEST

START_TEST(the_printed_sql_serves_the_owner_of_a_schema_who_may_create_none)
{
    char quoted[] = "it's $$ \"mine\"";

    config.postgres_schema = quoted;
    sql("CREATE ROLE owner_%d", (int)getpid());
    sql("CREATE SCHEMA \"it's $$ \"\"mine\"\"\" AUTHORIZATION owner_%d", (int)getpid());
    sql("SET ROLE owner_%d", (int)getpid());
    char *output = migrate_sql(&config, "owner");
    *strstr(output, "GRANT ") = 0;
    PGresult *result = PQexec(beside, output);
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQerrorMessage(beside));
    PQclear(result);
    free(output);
    sql("COMMIT; RESET ROLE");
    ck_assert(is_complete());
    sql("DROP OWNED BY owner_%d CASCADE; DROP ROLE owner_%d", (int)getpid(), (int)getpid());
    sql("CREATE SCHEMA \"%s\"", schema_name);
}
END_TEST

static void assert_fails(const char *with, enum exit_code exit_code)
{
    snprintf(conninfo, sizeof conninfo, "%s", with);
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_msg(err.exit_code == exit_code, "%s: exit %d: %s", with, (int)err.exit_code, err.message);
}

START_TEST(a_connection_that_fails_says_why_with_its_exit_code)
{
    assert_fails("port=1", EXIT_UNREACHABLE);
    assert_fails("dbname=no_such_database", EXIT_CONFIG);
    assert_fails("user=no_such_role", EXIT_PERMISSION);
    assert_fails("options='-c no_such_setting=1'", EXIT_CONFIG);
    assert_fails("password=hunter2 nonsense", EXIT_CONFIG);
    ck_assert_ptr_null(strstr(err.message, "hunter2"));
    assert_fails("options='-c default_transaction_read_only=on'", EXIT_UNREACHABLE);
    conninfo[0] = 0;
    up();
}
END_TEST

START_TEST(a_wrong_password_is_77)
{
    char locked[64];

    sql("CREATE ROLE \"locked_%d\" LOGIN PASSWORD 'right'", (int)getpid());
    snprintf(locked, sizeof locked, "user=locked_%d password=wrong", (int)getpid());
    /* Where the server trusts everybody there is no password to be wrong. */
    if (*sql("SELECT 1 FROM pg_hba_file_rules WHERE auth_method IN ('md5', 'scram-sha-256')") != 0)
        assert_fails(locked, EXIT_PERMISSION);
    sql("DROP ROLE \"locked_%d\"", (int)getpid());
    conninfo[0] = 0;
    up();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("migrate");
    TCase *tcase = tcase_create("migrate");

    tcase_add_checked_fixture(tcase, bare_setup, bare_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, up_creates_what_is_missing_and_a_second_time_nothing);
    tcase_add_test(tcase, status_as_json_says_what_is_missing);
    tcase_add_test(tcase, up_refuses_a_table_that_cannot_serve_names_it_and_leaves_nothing_behind);
    tcase_add_test(tcase, a_ledger_without_its_key_is_not_complete);
    tcase_add_test(tcase, the_printed_sql_serves_the_owner_of_a_schema_who_may_create_none);
    tcase_add_test(tcase, any_schema_name_serves);
    tcase_add_test(tcase, a_schema_name_with_a_quote_is_quoted);
    tcase_add_test(tcase, two_migrations_at_once_take_turns);
    tcase_add_loop_test(tcase, the_printed_sql_makes_the_tables_and_its_role_can_run_and_no_more,
                        REFERENCE_CHECKS_PER_ROW, REFERENCE_CHECKS_PER_BATCH + 1);
    tcase_add_test(tcase, a_connection_that_fails_says_why_with_its_exit_code);
    tcase_add_test(tcase, a_wrong_password_is_77);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
