#include "postgres/inspect.h"

#include "gen/sql.h"
#include "postgres/conninfo.h"
#include "postgres/query.h"
#include "postgres/session.h"
#include "postgres/store.h"
#include "postgres/tables.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE_MS  250
#define SECOND_MS 5000 /* how long to wait for a second session, which a pooler may not have for us */

static bool ask(struct connection *connection, const char *sql, PGresult **result, struct err *err)
{
    return session_must_answer(connection, query_text(connection, sql, NULL, err), result, err);
}

/* ---- The tables, each problem by itself --------------------------------------------------------------------------- */

static bool inspect_tables(struct connection *connection, inspect_take *take, void *opaque, bool *complete,
                           struct err *err)
{
    PGresult *missing;
    const char *schema = connection->config->postgres_schema;
    bool done = ask(connection, sql_missing, &missing, err);

    for (int row = 0; done && row < PQntuples(missing); row++) {
        struct err finding;
        tables_error(missing, row, schema, &finding);
        take(opaque, &finding);
    }
    *complete = done && tables_count_errors(missing) == 0;
    PQclear(missing);
    return done;
}

/* ---- What else there is to know ----------------------------------------------------------------------------------- */

static bool inspect_server(struct connection *connection, struct inspection *inspection, struct err *err)
{
    PGresult *result;
    int64_t before_ms = clock_utc_us() / 1000;
    bool done = ask(connection, sql_inspect, &result, err);
    int64_t after_ms = clock_utc_us() / 1000;

    if (done) {
        inspection->clock_ahead_ms = strtoll(PQgetvalue(result, 0, 0), NULL, 10) - (before_ms + after_ms) / 2;
        inspection->clock_within_ms = (after_ms - before_ms) / 2 + 1;
        snprintf(inspection->unsafe, sizeof inspection->unsafe, "%s", PQgetvalue(result, 0, 1));
        inspection->ids_left = strtoll(PQgetvalue(result, 0, 2), NULL, 10);
        inspection->ids_behind = strtoll(PQgetvalue(result, 0, 3), NULL, 10);
        inspection->pruned = *PQgetvalue(result, 0, 4) == 't';
        inspection->oldest_ms = strtoll(PQgetvalue(result, 0, 5), NULL, 10);
    }
    inspection->known = done;
    PQclear(result);
    return done;
}

/* The statement names the tables, so they have to exist. */
static bool inspect_conditions(struct connection *connection, struct inspection *inspection, struct err *err)
{
    PGresult *result;
    bool done = ask(connection, sql_inspect_conditions, &result, err);

    if (done && PQntuples(result) == 1) {
        snprintf(inspection->bulk_obstacle, sizeof inspection->bulk_obstacle, "%s", PQgetvalue(result, 0, 0));
        snprintf(inspection->checks_obstacle, sizeof inspection->checks_obstacle, "%s", PQgetvalue(result, 0, 1));
    }
    PQclear(result);
    return done;
}

/* ---- As the worker does it ---------------------------------------------------------------------------------------- */

/* Waits as tools do: it ends with an error that the store would retry. */
static bool open_store(struct store *store, struct err *err)
{
    enum progress progress;

    while ((progress = store_connect(store, SLICE_MS, err)) == PENDING)
        if (stop_requested())
            return err_interrupted(err, "waiting for PostgreSQL");
    return progress == DONE;
}

static bool inspect_store(const struct config *config, struct err *err)
{
    struct store *store = store_new(config);
    bool done = open_store(store, err);

    store_free(store);
    return done;
}

/* True when a second session holds a transaction open. If the server or a pooler has no second session for us, nothing can be seen. */
static bool occupy(struct connection *second)
{
    int64_t until_ms = clock_ms() + SECOND_MS;
    struct err ignored;
    enum progress progress;

    while ((progress = session_open(second, SLICE_MS, &ignored)) == PENDING)
        if (stop_requested() || clock_ms() >= until_ms)
            return false;
    return progress == DONE && session_must_answer(second, query_begin(second, &ignored), NULL, &ignored);
}

/*
 * A pooler in transaction mode takes the server's connection back after each transaction. If nobody else wants it, our
 * next transaction gets the same one again, and the pooler is not noticed. So a second session holds a transaction open
 * while the first one begins another.
 */
static bool inspect_pooler(struct connection *first, struct err *err)
{
    struct connection *second = connection_new(first->config);
    bool done = !occupy(second) || session_must_answer(first, query_text(first, "SELECT ''", NULL, err), NULL, err);

    session_free(second);
    return done;
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

static bool must_go_on(const struct err *err)
{
    return err->class != ERR_INTERRUPTED;
}

/* An error in one step is a finding, and the next step is tried. */
static bool tell(bool done, inspect_take *take, void *opaque, struct err *err)
{
    if (!done && must_go_on(err)) {
        err->class = ERR_STOP;
        take(opaque, err);
    }
    return done || must_go_on(err);
}

/* Sets `*complete` to whether the tables are complete enough for the store to open. */
static bool inspect_session(struct connection *connection, inspect_take *take, void *opaque,
                            struct inspection *inspection, bool *complete, struct err *err)
{
    return tell(inspect_tables(connection, take, opaque, complete, err), take, opaque, err) &&
           tell(inspect_server(connection, inspection, err), take, opaque, err) &&
           (!*complete || tell(inspect_conditions(connection, inspection, err), take, opaque, err)) &&
           tell(inspect_pooler(connection, err), take, opaque, err);
}

bool inspect(const struct config *config, inspect_take *take, void *opaque, struct inspection *inspection,
             struct err *err)
{
    struct connection *connection = connection_new(config);
    bool complete = false;

    *inspection = (struct inspection){.ids_left = -1, .oldest_ms = -1};
    bool done =
        session_must_open(connection, err) && inspect_session(connection, take, opaque, inspection, &complete, err);
    session_free(connection);
    /* If something is missing, the store would only report it a second time. */
    return done && (!complete || tell(inspect_store(config, err), take, opaque, err));
}

/* ---- Without a connection ----------------------------------------------------------------------------------------- */

bool inspect_conninfo(const struct config *config, struct err *err)
{
    struct conninfo conninfo;

    return conninfo_complete(config->postgres_conninfo, &conninfo, err);
}

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
    for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
        if (strcmp(option->keyword, keyword) == 0 && option->val != NULL)
            return option->val;
    return "";
}

static bool is_here(const char *host)
{
    return *host == 0 || *host == '/' || *host == '@' || strcmp(host, "localhost") == 0 ||
           strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

bool inspect_has_password(const struct config *config)
{
    PQconninfoOption *options = PQconninfoParse(config->postgres_conninfo, NULL);
    bool has = *value_of(options, "password") != 0;

    PQconninfoFree(options);
    return has;
}

bool inspect_in_clear(const struct config *config, char *host, size_t size)
{
    PQconninfoOption *options = PQconninfoParse(config->postgres_conninfo, NULL);
    const char *mode = value_of(options, "sslmode");
    bool in_clear = *value_of(options, "password") != 0 && !is_here(value_of(options, "host")) &&
                    (strcmp(mode, "disable") == 0 || strcmp(mode, "allow") == 0);

    snprintf(host, size, "%s", value_of(options, "host"));
    PQconninfoFree(options);
    return in_clear;
}
