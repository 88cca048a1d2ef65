/*
 * Databases whose encoding is not UTF-8, and sessions whose defaults are not the usual ones.
 */
#include "fixture.h"

#include <inttypes.h>

static char database[64];

/* A database of its own; from here on the environment leads there. */
static void create_database(const char *encoding)
{
    snprintf(database, sizeof database, "encoding_%d", (int)getpid());
    connect_beside();
    sql("CREATE DATABASE %s ENCODING '%s' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'", database, encoding);
    PQfinish(beside);
    setenv("PGDATABASE", database, 1);
    setenv("PGCLIENTENCODING", "UTF8", 1);
    snprintf(schema_name, sizeof schema_name, "test");
    config = (struct config){.postgres_conninfo = conninfo, .postgres_schema = schema_name};
}

static void open_world(const char *encoding)
{
    create_database(encoding);
    connect_beside();
    make_tables();
    store = new_store();
    batch_init(&batch, FIXTURE_CAPACITY);
}

static void close_world(void)
{
    store_free(store);
    store = NULL;
    batch_free(&batch);
    PQfinish(beside);
}

static char *outer_database;

static void remember(void)
{
    const char *before = getenv("PGDATABASE");

    outer_database = before == NULL ? NULL : strdup(before);
}

static void forget(void)
{
    if (*database == 0)
        return;
    if (outer_database == NULL)
        unsetenv("PGDATABASE");
    else
        setenv("PGDATABASE", outer_database, 1);
    free(outer_database);
    connect_beside();
    sql("DROP DATABASE IF EXISTS %s", database);
    PQfinish(beside);
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *encoding;
    const char *group;
    const char *activity;
} worlds[] = {
    {"LATIN1",    "Ändern & Fügen, façon", "Größe: ½"           },
    {"LATIN2",    "Žluťoučký kůň",      "Źdźbło"             },
    {"WIN1251",   "Глаголы",           "Карточки — 1"},
    {"EUC_JP",    "動詞",                   "辞書カード"       },
    {"SQL_ASCII", "Ändern 動詞",           "𝄞 UTF-8"            },
    {"UTF8",      "Ändern 動詞",           "𝄞"                  },
};

static void assert_names(const struct batch_item *item, const char *group, const char *activity)
{
    const struct session *session = &item->row->session;

    ck_assert_int_eq(item->row->kind, OUTCOME_CREATED);
    ck_assert_msg(session->group_name.len == strlen(group) &&
                      memcmp(session->group_name.data, group, session->group_name.len) == 0,
                  "%.*s", (int)session->group_name.len, (const char *)session->group_name.data);
    ck_assert_msg(session->activity_name.len == strlen(activity) &&
                      memcmp(session->activity_name.data, activity, session->activity_name.len) == 0,
                  "%.*s", (int)session->activity_name.len, (const char *)session->activity_name.data);
}

START_TEST(names_of_every_encoding_arrive_as_utf8)
{
    open_world(worlds[_i].encoding);
    ck_assert_str_eq(sql("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"),
                     worlds[_i].encoding);
    sql("UPDATE groups SET name = '%s' WHERE id = 1", worlds[_i].group);
    sql("UPDATE study_activities SET name = '%s' WHERE id = 1", worlds[_i].activity);
    for (int times = 0; times < 2; times++) { /* made, then found */
        begin_batch();
        add(&batch, 1, 1, 1);
        add(&batch, 2, 99, 1);
        must_decide(store, &batch);
        assert_names(&batch.items[0], worlds[_i].group, worlds[_i].activity);
        ck_assert_int_eq(batch.items[1].row->code, ERRCODE_GROUP_NOT_FOUND);
    }
    close_world();
}
END_TEST

static const struct {
    const char *encoding;
    const char *name; /* bytes in hexadecimal */
    const char *code;
} unreadable[] = {
    {"SQL_ASCII", "c46e6465726e", "E-PG-22021"}, /* what a client wrote in LATIN1 */
    {"EUC_JP",    "a9a1",         "E-PG-22P05"}, /* a row of JIS X 0208 that has no characters */
};

START_TEST(a_name_that_is_no_utf8_stops_before_anything_is_stored)
{
    open_world(unreadable[_i].encoding);
    sql("UPDATE groups SET name = convert_from('\\x%s', '%s') WHERE id = 2", unreadable[_i].name,
        unreadable[_i].encoding);
    add(&batch, 1, 1, 1);
    add(&batch, 2, 2, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_msg(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG, "%s", err.message);
    ck_assert_str_eq(err.code, unreadable[_i].code);
    ck_assert_ptr_nonnull(strstr(err.message, "a name in groups or study_activities"));
    ck_assert_str_eq(sql("SELECT (SELECT count(*) FROM command_outcomes) + (SELECT count(*) FROM study_sessions)"),
                     "0");

    sql("UPDATE groups SET name = 'Colours' WHERE id = 2");
    must_decide(store, &batch);
    assert_names(&batch.items[1], "Colours", "Flashcards");
    close_world();
}
END_TEST

START_TEST(a_schema_that_the_encoding_cannot_write_is_78)
{
    char name[] = "動詞";
    bool created[MIGRATE_TABLES];

    create_database("LATIN1");
    config.postgres_schema = name;
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_msg(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG, "%s", err.message);
    ck_assert_ptr_nonnull(strstr(err.message, "postgres.schema"));
    ck_assert_ptr_null(strstr(err.message, "refuses a row"));
}
END_TEST

START_TEST(an_encoding_that_utf8_cannot_be_converted_to_is_78)
{
    bool created[MIGRATE_TABLES];

    create_database("MULE_INTERNAL");
    ck_assert(!migrate_up(&config, created, &err));
    ck_assert_msg(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG, "exit %d: %s", (int)err.exit_code,
                  err.message);
    ck_assert_ptr_nonnull(strstr(err.message, "MULE_INTERNAL"));
}
END_TEST

/* ---- Defaults ---------------------------------------------------------------------------------------------------- */

static const char *const defaults[] = {
    "DateStyle=German",
    "TimeZone=Asia/Kolkata",
    "IntervalStyle=sql_standard",
    "bytea_output=escape",
    "standard_conforming_strings=off",
    "quote_all_identifiers=on",
    "array_nulls=off",
    "transform_null_equals=on",
    "extra_float_digits=-15",
    "xmlbinary=hex",
    "row_security=off",
    "search_path=pg_temp",
    "default_transaction_isolation=serializable",
    "default_transaction_deferrable=on",
    "session_replication_role=replica",
    "client_min_messages=debug1",
    "enable_indexscan=off",
    "geqo_threshold=2",
    "constraint_exclusion=on",
    "vacuum_freeze_min_age=0",
    "check_function_bodies=off",
    "default_tablespace=pg_default",
    "lc_time=C",
    "timezone_abbreviations=Australia",
};

START_TEST(the_defaults_of_a_role_or_a_database_change_nothing)
{
    snprintf(conninfo, sizeof conninfo, "options='-c %s'", defaults[_i]);
    setup();
    struct arena arena = {0};
    struct migrate_report report;
    ck_assert(migrate_status(&config, &arena, &report, &err) && report.complete);
    arena_free(&arena);
    add(&batch, 1, 1, 1);
    add(&batch, 2, 99, 1);
    must_decide(store, &batch);
    assert_names(&batch.items[0], "Animals", "Flashcards");
    ck_assert_int_eq(batch.items[1].row->code, ERRCODE_GROUP_NOT_FOUND);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions WHERE created_at = timestamptz 'epoch' + "
                                "%" PRId64 " * interval '1 microsecond' AND created_at > now() - interval '1 minute'",
                                batch.items[0].row->decided_us)),
                     1);
    teardown();
}
END_TEST

static void add_stories(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, remember, forget);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, names_of_every_encoding_arrive_as_utf8, 0, sizeof worlds / sizeof *worlds);
    tcase_add_loop_test(tcase, a_name_that_is_no_utf8_stops_before_anything_is_stored, 0,
                        sizeof unreadable / sizeof *unreadable);
    tcase_add_test(tcase, a_schema_that_the_encoding_cannot_write_is_78);
    tcase_add_test(tcase, an_encoding_that_utf8_cannot_be_converted_to_is_78);
    tcase_add_loop_test(tcase, the_defaults_of_a_role_or_a_database_change_nothing, 0,
                        sizeof defaults / sizeof *defaults);
}

int main(void)
{
    return run_each_way("encoding", add_stories);
}
