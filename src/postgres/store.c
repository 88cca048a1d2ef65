#include "postgres/store.h"

#include "postgres/session.h"
#include "gen/sql.h"
#include "runtime/clock.h"
#include "postgres/decision.h"
#include "postgres/statement.h"
#include "postgres/tables.h"

#include <libpq-fe.h>
#include <stdlib.h>

/* What a new connection goes through before the first batch. Each step waits for the answer to the query before it. */
enum store_step {
    STORE_OPENING = 0,
    STORE_CHECKING,
    STORE_CHOOSING_INSERT,
    STORE_CHECKING_GRANTS, /* for postgres.reference.checks=per-batch */
    STORE_PREPARING,
    STORE_LOOKING_AT_TABLES,
    STORE_READY,
};

struct store {
    const struct config *config;
    struct connection *connection;
    enum store_step step;
    bool sessions_protected; /* row security is on, so inserted sessions cannot be read back */
    struct decision decision;
};

static bool per_batch(const struct store *store)
{
    return store->config->postgres_reference_checks == REFERENCE_CHECKS_PER_BATCH;
}

struct store *store_new(const struct config *config)
{
    struct store *store = calloc(1, sizeof *store);

    if (store == NULL)
        abort();
    store->config = config;
    store->connection = connection_new(config);
    bulk_init(&store->decision.bulk, per_batch(store));
    return store;
}

void store_set_bulk_least(struct store *store, size_t ids)
{
    store->decision.bulk.least = ids;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    session_free(store->connection);
    decision_free(&store->decision);
    free(store);
}

void store_disconnect(struct store *store)
{
    connection_close(store->connection);
    decision_drop(&store->decision);
    store->step = STORE_OPENING;
}

bool store_alive(struct store *store, struct err *err)
{
    return connection_alive(store->connection, err);
}

static bool ask_grants(struct store *store, struct err *err)
{
    if (!per_batch(store))
        return query_text(store->connection, "SELECT ''", NULL, err);
    return reference_checks_possible(store->connection, err) &&
           query_text(store->connection, sql_per_batch_grants, NULL, err);
}

static bool prepare(struct store *store, struct err *err)
{
    struct statement list[STATEMENT_COUNT];
    int count = per_batch(store) ? STATEMENT_COUNT : STATEMENT_PER_BATCH;

    memcpy(list, statements, sizeof list);
    if (store->sessions_protected)
        list[STATEMENT_INSERT].sql = sql_insert_outcomes_unread;
    return query_prepare(store->connection, list, count, err);
}

/* Sends the query whose answer the step after `step` waits for. */
static bool step_ask(struct store *store, enum store_step step, struct err *err)
{
    switch (step) {
    case STORE_OPENING: return query_text(store->connection, sql_missing, NULL, err);
    case STORE_CHECKING: return query_text(store->connection, sql_sessions_protected, NULL, err);
    case STORE_CHOOSING_INSERT: return ask_grants(store, err);
    case STORE_CHECKING_GRANTS: return prepare(store, err);
    case STORE_PREPARING: return bulk_ask(&store->decision.bulk, store->connection, err);
    case STORE_LOOKING_AT_TABLES:
    case STORE_READY: break;
    }
    return true;
}

/* Takes the answer to the step's query. */
static bool step_take(struct store *store, const PGresult *result, struct err *err)
{
    switch (store->step) {
    case STORE_CHECKING: return tables_complete(result, true, store->config->postgres_schema, err);
    case STORE_CHOOSING_INSERT: store->sessions_protected = *PQgetvalue(result, 0, 0) == 't'; break;
    case STORE_CHECKING_GRANTS: return reference_checks_granted(result, err);
    case STORE_LOOKING_AT_TABLES: bulk_learn(&store->decision.bulk, result); break;
    case STORE_OPENING:
    case STORE_PREPARING:
    case STORE_READY: break;
    }
    return true;
}

MUSTUSE static enum progress step_wait(struct store *store, int timeout_ms, struct err *err)
{
    PGresult *result;

    if (store->step == STORE_OPENING)
        return session_open(store->connection, timeout_ms, err);
    enum progress progress = query_result(store->connection, timeout_ms, &result, err);
    if (progress == DONE && !step_take(store, result, err))
        progress = FAILED;
    PQclear(result);
    return progress;
}

/* There is no batch yet that could be retried or halved. */
MUSTUSE static enum progress connect_failed(struct store *store, struct err *err)
{
    if (err->class == ERR_ISOLATE)
        err->class = ERR_STOP;
    if (err->class == ERR_RETRY)
        err->class = ERR_RENEW;
    store_disconnect(store);
    return FAILED;
}

enum progress store_connect(struct store *store, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    while (store->step != STORE_READY) {
        int64_t left = until - clock_ms();
        enum progress progress = step_wait(store, left > 0 ? (int)left : 0, err);
        if (progress == PENDING)
            return PENDING;
        if (progress == FAILED || !step_ask(store, store->step, err))
            return connect_failed(store, err);
        store->step++;
    }
    return DONE;
}

bool store_send(struct store *store, struct batch *batch, struct err *err)
{
    if (decision_start(&store->decision, store->connection, batch, err))
        return true;
    store_disconnect(store);
    return false;
}

/* `progress` of a decision. */
MUSTUSE static enum progress decided(struct store *store, enum progress progress, const struct err *err)
{
    if (progress == FAILED && err->class == ERR_RENEW)
        store_disconnect(store);
    return progress;
}

enum progress store_advance(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    return decided(store, decision_advance(&store->decision, store->connection, batch, timeout_ms, err), err);
}

enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    return decided(store, decision_receive(&store->decision, store->connection, batch, timeout_ms, err), err);
}
