#include "postgres/ledger.h"

#include "core/former.h"
#include "gen/sql.h"
#include "postgres/distinct_ids.h"
#include "postgres/query.h"
#include "postgres/rows.h"
#include "postgres/session.h"
#include "runtime/clock.h"

#include <libpq-fe.h>
#include <stdlib.h>

/* In the order in which a batch goes through them. The first three are done once for each connection. */
enum ledger_step {
    LEDGER_OPENING,
    LEDGER_CHECKING, /* whether the role may use the schema */
    LEDGER_CLOCK,
    LEDGER_IDLE,
    LEDGER_FORMER, /* the ids under which the version before decided such records (core/former.h) */
    LEDGER_OWN,
};

struct ledger {
    struct connection *connection;
    const char *schema;
    enum ledger_step step;
    struct distinct_ids distinct;
    struct array ids;
    int64_t opened_us;
};

struct ledger *ledger_new(const struct config *config)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);

    if (ledger == NULL)
        abort();
    ledger->connection = connection_new(config);
    ledger->schema = config->postgres_schema;
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    session_free(ledger->connection);
    distinct_ids_free(&ledger->distinct);
    array_free(&ledger->ids);
    free(ledger);
}

int64_t ledger_opened_us(const struct ledger *ledger)
{
    return ledger->opened_us;
}

/* ---- What is asked ----------------------------------------------------------------------------------------------- */

static void collect_own(struct ledger *ledger, const struct batch *batch)
{
    array_begin(&ledger->ids, ARRAY_UUID);
    distinct_ids_collect(&ledger->distinct, batch);
    for (size_t i = 0; i < ledger->distinct.count; i++) {
        const struct uuid *id = &ledger->distinct.items[ledger->distinct.ids[i].first].id;
        array_add_bytes(&ledger->ids, (struct bytes){id->b, sizeof id->b});
    }
}

/* Moves on to the next step that has something to ask, and asks it. LEDGER_IDLE: there was none. */
static bool advance(struct ledger *ledger, const struct batch *batch, struct err *err)
{
    ledger->step = ledger->step == LEDGER_OWN ? LEDGER_IDLE : ledger->step + 1;
    switch (ledger->step) {
    case LEDGER_CHECKING: return query_text(ledger->connection, sql_may_use_schema, ledger->schema, err);
    case LEDGER_CLOCK: return query_text(ledger->connection, sql_present_time, NULL, err);
    case LEDGER_FORMER: (void)distinct_ids_former(&ledger->ids, batch); break;
    case LEDGER_OWN: collect_own(ledger, batch); break;
    case LEDGER_OPENING:
    case LEDGER_IDLE: return true;
    }
    if (ledger->ids.count == 0)
        return advance(ledger, batch, err);
    return query_execute_once(ledger->connection, sql_look_up_outcomes, &ledger->ids, 1, err);
}

/* ---- What is answered -------------------------------------------------------------------------------------------- */

static bool take_row(struct ledger *ledger, struct batch *batch, const PGresult *result, int row, struct err *err)
{
    struct uuid id = rows_id(result, row);
    const struct distinct_id *known = ledger->step == LEDGER_OWN ? distinct_ids_find(&ledger->distinct, &id) : NULL;
    struct ledger_row *ledger_row;

    if (!rows_found(result, row, &batch->arena, &ledger_row))
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_LEDGER_01,
                       "command_outcomes has an outcome that this version cannot read\n  fix: use the version that "
                       "wrote it");
    if (ledger->step == LEDGER_FORMER)
        (void)former_decide(batch, &id, ledger_row);
    else if (known != NULL)
        distinct_ids_decide(&ledger->distinct, known, batch, ledger_row);
    return true;
}

static bool take(struct ledger *ledger, struct batch *batch, const PGresult *result, struct err *err)
{
    if (ledger->step == LEDGER_CHECKING)
        return PQntuples(result) == 0 || *PQgetvalue(result, 0, 0) == 't' || session_say_grant(ledger->schema, err);
    if (ledger->step == LEDGER_CLOCK)
        ledger->opened_us = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    for (int row = 0; ledger->step > LEDGER_IDLE && row < PQntuples(result); row++)
        if (!take_row(ledger, batch, result, row, err))
            return false;
    return true;
}

/* No rows of a batch can be the cause here. After an error that is worth another try everything is asked anew. */
MUSTUSE static enum progress failed(struct ledger *ledger, struct err *err)
{
    if (err->class == ERR_ISOLATE) {
        err->class = ERR_STOP;
        if (err->exit_code == EXIT_PERMISSION && ledger->step != LEDGER_OPENING)
            (void)session_say_grant(ledger->schema, err);
    }
    if (err->class != ERR_STOP)
        connection_close(ledger->connection);
    ledger->step = LEDGER_OPENING;
    return FAILED;
}

MUSTUSE static enum progress step_wait(struct ledger *ledger, int timeout_ms, PGresult **result, struct err *err)
{
    *result = NULL;
    if (ledger->step == LEDGER_OPENING)
        return session_open(ledger->connection, timeout_ms, err);
    return query_result(ledger->connection, timeout_ms, result, err);
}

enum progress ledger_look_up(struct ledger *ledger, struct batch *batch, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;
    bool begun = ledger->step != LEDGER_IDLE || advance(ledger, batch, err);

    while (begun && ledger->step != LEDGER_IDLE) {
        PGresult *result;
        int64_t left = until - clock_ms();
        enum progress progress = step_wait(ledger, left > 0 ? (int)left : 0, &result, err);
        if (progress == PENDING)
            return PENDING;
        enum ledger_step was = ledger->step;
        begun = progress == DONE && take(ledger, batch, result, err) && advance(ledger, batch, err);
        PQclear(result);
        if (begun && was == LEDGER_CLOCK)
            begun = advance(ledger, batch, err);
    }
    return begun ? DONE : failed(ledger, err);
}
