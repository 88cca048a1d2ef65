#include "postgres/store.h"

#include "gen/sql.h"
#include "runtime/clock.h"
#include "postgres/decision.h"
#include "postgres/statement.h"
#include "postgres/tables.h"

#include <libpq-fe.h>
#include <stdlib.h>

/* What a connection goes through before the first batch; each step waits for the answer to what was asked before. */
enum store_step {
    STORE_OPENING = 0,
    STORE_CHECKING,
    STORE_CHOOSING_INSERT,
    STORE_PREPARING, /* the first statement; one step each */
    STORE_READY = STORE_PREPARING + STATEMENT_COUNT,
};

struct store {
    const struct config *config;
    struct connection *connection;
    enum store_step step;
    bool sessions_protected; /* row security: inserted sessions cannot be read back */
    struct decision decision;
};

struct store *store_new(const struct config *config)
{
    struct store *store = calloc(1, sizeof *store);

    if (store == NULL)
        abort();
    store->config = config;
    store->connection = connection_new(config);
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    connection_free(store->connection);
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

/* Asks what the step after `step` waits for. */
static bool step_ask(struct store *store, enum store_step step, struct err *err)
{
    size_t next = (size_t)step + 1 - STORE_PREPARING;

    if (step == STORE_OPENING)
        return query_text(store->connection, sql_missing, NULL, err);
    if (step == STORE_CHECKING)
        return query_text(store->connection, sql_sessions_protected, NULL, err);
    if (next == STATEMENT_COUNT)
        return true;
    bool unread = next == STATEMENT_INSERT && store->sessions_protected;
    return query_prepare(store->connection, statements[next].name,
                         unread ? sql_insert_outcomes_unread : statements[next].sql, err);
}

MUSTUSE static enum progress step_wait(struct store *store, int timeout_ms, struct err *err)
{
    PGresult *result;

    if (store->step == STORE_OPENING)
        return connection_open(store->connection, timeout_ms, err);
    enum progress progress = query_result(store->connection, timeout_ms, &result, err);
    if (progress == DONE && store->step == STORE_CHOOSING_INSERT)
        store->sessions_protected = *PQgetvalue(result, 0, 0) == 't';
    if (progress == DONE && store->step == STORE_CHECKING &&
        !tables_complete(result, true, store->config->postgres_schema, err))
        progress = FAILED;
    PQclear(result);
    return progress;
}

/* There is no batch yet to retry or to halve. */
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

enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    enum progress progress = decision_receive(&store->decision, store->connection, batch, timeout_ms, err);

    if (progress == FAILED && err->class == ERR_RENEW)
        store_disconnect(store);
    return progress;
}
