/**
 * What the store's tests share: a schema of their own, made by migrate_up, on the server that libpq's environment
 * names, with two groups (1 "Animals", 2 "Colours") and one activity (1 "Flashcards"); a batch; and a second connection
 * beside the store's. Stories of the store are told in each way that a batch can be decided (run_each_way).
 */
#ifndef TESTS_POSTGRES_FIXTURE_H
#define TESTS_POSTGRES_FIXTURE_H

#include "runtime/clock.h"
#include "runtime/log.h"
#include "postgres/migrate.h"
#include "postgres/store.h"
#include "table.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <unistd.h>

#define FIXTURE_CAPACITY 6000

static struct config config;
static struct store *store;
static struct batch batch;
static struct err err;
static PGconn *beside;
static char schema_name[64];
static char conninfo[256]; /* "" is the environment's server */
static char worker_role[64];

/** How the stores of a test decide their batches. */
static enum way {
    BY_STATEMENT, /* however large */
    BY_BULK,      /* however small */
    PER_BATCH,    /* in bulk, however small, with parents checked once a batch */
} way;

/** Runs SQL on the second connection. Returns the first column of the first row, or "" without a row. */
static const char *sql(const char *format, ...) PRINTF(1, 2);
static const char *sql(const char *format, ...)
{
    static char value[4096];
    char text[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    PGresult *result = PQexec(beside, text);
    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s",
                  text, PQerrorMessage(beside));
    snprintf(value, sizeof value, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return value;
}

static inline long number(const char *value)
{
    return strtol(value, NULL, 10);
}

static inline void connect_beside(void)
{
    beside = PQconnectdb("");
    ck_assert_msg(PQstatus(beside) == CONNECTION_OK, "%s", PQerrorMessage(beside));
    sql("SET client_min_messages = warning");
}

static inline void make_tables(void)
{
    bool created[MIGRATE_TABLES];

    ck_assert_msg(migrate_up(&config, created, &err), "%s", err.message);
    sql("SET search_path = \"%s\"", schema_name);
    sql("INSERT INTO groups (name) VALUES ('Animals'), ('Colours')");
    sql("INSERT INTO study_activities (name) VALUES ('Flashcards')");
}

/** Another store on the same schema, connected. */
static inline struct store *new_store(void)
{
    struct store *other = store_new(&config);
    enum progress progress;

    store_set_bulk_least(other, way == BY_STATEMENT ? SIZE_MAX : 1);
    do
        progress = store_connect(other, 1000, &err);
    while (progress == PENDING);
    ck_assert_msg(progress == DONE, "%s", err.message);
    return other;
}

/** Adds a command to the batch, as `validate` would leave it; its record is at the next offset of "commands"[0]. */
static inline struct batch_item *add(struct batch *to, unsigned id, int64_t group_id, int64_t study_activity_id)
{
    struct batch_item *item = &to->items[to->count];

    *item = (struct batch_item){0};
    item->record = (struct record){.topic = "commands", .offset = (int64_t)to->count, .timestamp_ms = 1700000000000};
    item->command.group_id = (struct field_int){FIELD_VALUE, group_id};
    item->command.study_activity_id = (struct field_int){FIELD_VALUE, study_activity_id};
    for (int i = 0; i < 4; i++)
        item->command_id.b[12 + i] = (uint8_t)(id >> (24 - 8 * i));
    to->count++;
    return item;
}

/** Sends, advances and receives until it is done or has failed, as the loop does. */
static inline enum progress decide(struct store *by, struct batch *what)
{
    enum progress progress;

    if (!store_send(by, what, &err))
        return FAILED;
    do
        progress = store_advance(by, what, 100, &err);
    while (progress == PENDING);
    while (progress != FAILED && (progress = store_receive(by, what, 100, &err)) == PENDING)
        continue;
    return progress;
}

#define must_decide(by, what) ck_assert_msg(decide(by, what) == DONE, "%s [%s]", err.message, err.code)

/** Receives until the batch that was sent is done. */
static inline void receive_all(void)
{
    enum progress progress;

    do
        progress = store_receive(store, &batch, 1000, &err);
    while (progress == PENDING);
    ck_assert_msg(progress == DONE, "%s", err.message);
}

/** True when a session with that application name waits for a lock. Within a transaction the view would not change. */
static inline bool waits_for_lock(const char *application)
{
    sql("SELECT pg_stat_clear_snapshot()");
    return number(
               sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = '%s' AND wait_event_type = 'Lock'",
                   application)) > 0;
}

/** Sends the batch, and continues until the server waits for a lock that another transaction holds. */
static inline void send_into_lock(void)
{
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    while (!waits_for_lock("sessiond"))
        ck_assert_int_eq(store_receive(store, &batch, 10, &err), PENDING);
}

static inline void begin_batch(void)
{
    batch_reset(&batch);
}

/** From here on the store works as its own role, with the grants of `migrate sql`. */
static inline void become_worker(void)
{
    snprintf(worker_role, sizeof worker_role, "worker_%d", (int)getpid());
    sql("CREATE ROLE %s", worker_role);
    sql("GRANT USAGE ON SCHEMA \"%s\" TO %s", schema_name, worker_role);
    sql("GRANT SELECT ON groups, study_activities TO %s", worker_role);
    sql("GRANT SELECT, INSERT ON study_sessions, command_outcomes TO %s", worker_role);
    sql("GRANT USAGE ON SEQUENCE study_sessions_id_seq TO %s", worker_role);
    if (way == PER_BATCH) {
        sql("GRANT SET ON PARAMETER session_replication_role TO %s", worker_role);
        sql("GRANT UPDATE (id) ON groups, study_activities TO %s", worker_role);
    }
    snprintf(conninfo, sizeof conninfo, "options='-c role=%s'", worker_role);
    store_free(store);
    store = new_store();
}

static inline void forget_worker(void)
{
    sql("DROP OWNED BY %s", worker_role);
    sql("DROP ROLE %s", worker_role);
}

static inline void setup(void)
{
    log_setup(LOG_TEXT, LOG_WARNING);
    snprintf(schema_name, sizeof schema_name, "test_%d", (int)getpid());
    config = (struct config){.postgres_conninfo = conninfo, .postgres_schema = schema_name};
    config.postgres_reference_checks = way == PER_BATCH ? REFERENCE_CHECKS_PER_BATCH : REFERENCE_CHECKS_PER_ROW;
    connect_beside();
    make_tables();
    store = new_store();
    batch_init(&batch, FIXTURE_CAPACITY);
}

static inline void teardown(void)
{
    store_free(store);
    batch_free(&batch);
    sql("DROP SCHEMA \"%s\" CASCADE", schema_name);
    PQfinish(beside);
}

/* ---- Each way ---------------------------------------------------------------------------------------------------- */

static inline void go_by_statement(void)
{
    way = BY_STATEMENT;
}

static inline void go_by_bulk(void)
{
    way = BY_BULK;
}

static inline void go_per_batch(void)
{
    way = PER_BATCH;
}

/** Adds a case for each way, with the tests that `add_stories_to` adds. */
static inline void add_each_way(Suite *suite, void (*add_stories_to)(TCase *tcase))
{
    static const struct {
        const char *name;
        SFun go;
    } ways[] = {
        {"by statement", go_by_statement},
        {"by bulk",      go_by_bulk     },
        {"per batch",    go_per_batch   },
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        TCase *tcase = tcase_create(ways[i].name);
        tcase_add_checked_fixture(tcase, ways[i].go, NULL);
        add_stories_to(tcase);
        suite_add_tcase(suite, tcase);
    }
}

/** The main program of a suite that has nothing else. */
static inline int run_each_way(const char *name, void (*add_stories_to)(TCase *tcase))
{
    Suite *suite = suite_create(name);

    add_each_way(suite, add_stories_to);
    return table_run(suite);
}

#endif
