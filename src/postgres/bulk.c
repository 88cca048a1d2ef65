#include "postgres/bulk.h"

#include "runtime/clock.h"
#include "runtime/failpoint.h"
#include "runtime/log.h"

#include <libpq-fe.h>
#include <stdio.h>

void bulk_init(struct bulk *bulk, bool per_batch)
{
    bulk->least = BULK_LEAST;
    reference_checks_want(&bulk->checks, per_batch);
}

void bulk_free(struct bulk *bulk)
{
    bulk_read_free(&bulk->read);
    bulk_rows_free(&bulk->rows);
    array_free(&bulk->count);
}

/* ---- Whether ----------------------------------------------------------------------------------------------------- */

/* All rows share one topic, and a row that makes a session has no hints. */
static bool row_fits(const struct batch_item *item, const char *topic)
{
    return strcmp(item->record.topic, topic) == 0 && (item->violations.count > 0 || item->command.hints.len == 0);
}

bool bulk_fits(const struct bulk *bulk, const struct batch *batch, const struct distinct_ids *distinct)
{
    if (bulk->failed || distinct->count < bulk->least || cooldown_rests(&bulk->cooldown, clock_ms()))
        return false;
    const char *topic = distinct_ids_first(distinct, &distinct->ids[0], batch)->record.topic;
    for (size_t i = 0; i < distinct->count; i++)
        if (!row_fits(distinct_ids_first(distinct, &distinct->ids[i], batch), topic))
            return false;
    return true;
}

bool bulk_is_complete(const struct bulk *bulk)
{
    return bulk->step == BULK_STORING;
}

void bulk_batch_done(struct bulk *bulk)
{
    bulk->failed = false;
}

/* The statement takes the batch, now or once there is a connection again. */
static void note_failure(struct bulk *bulk, const char *reason)
{
    bulk->failed = true;
    bulk->hands_over = true;
    if (cooldown_failed(&bulk->cooldown, reason, clock_ms()) &&
        strncmp(bulk->told, reason, sizeof bulk->told - 1) != 0) {
        snprintf(bulk->told, sizeof bulk->told, "%s", reason);
        log_info("large batches are stored by the slower statement for a minute at a time, because of %s", reason);
    }
}

/* Rolls back or commits: the transaction is still open. */
MUSTUSE static enum progress leave(struct bulk *bulk, struct connection *connection, enum bulk_step step,
                                   struct err *err)
{
    bulk->step = step;
    return query_script(connection, "ROLLBACK", err) ? PENDING : FAILED;
}

MUSTUSE static enum progress leave_failed(struct bulk *bulk, struct connection *connection, const char *reason,
                                          struct err *err)
{
    note_failure(bulk, reason);
    return leave(bulk, connection, BULK_LEAVING_FAILED, err);
}

/* ---- Read -------------------------------------------------------------------------------------------------------- */

bool bulk_start(struct bulk *bulk, struct connection *connection, const struct batch *batch,
                const struct distinct_ids *distinct, struct err *err)
{
    bulk->step = BULK_READING;
    bulk->read.per_batch = bulk->checks.per_batch;
    return bulk_read_send(&bulk->read, connection, batch, distinct, err);
}

bool bulk_ask(struct bulk *bulk, struct connection *connection, struct err *err)
{
    struct query_step step = bulk_read_state_step(&bulk->read, false);

    return query_execute(connection, step.name, step.parameters, step.count, err);
}

static const char *obstacle(const PGresult *state, enum bulk_state_column column)
{
    return PQgetisnull(state, 0, (int)column) ? NULL : PQgetvalue(state, 0, (int)column);
}

void bulk_learn(struct bulk *bulk, const PGresult *state)
{
    reference_checks_learn(&bulk->checks, obstacle(state, BULK_STATE_CHECKS));
}

/* ---- Number and store -------------------------------------------------------------------------------------------- */

MUSTUSE static enum progress store(struct bulk *bulk, struct connection *connection, const PGresult *ids,
                                   struct err *err)
{
    struct query_step steps[CONNECTION_RESULTS];
    struct bulk_rows *rows = &bulk->rows;
    int count = 0;

    bulk_rows_number(rows, ids);
    if (rows->created > 0)
        steps[count++] = bulk_read_step(STATEMENT_BULK_CREATED, rows->created_parameters, BULK_CREATED_PARAMETERS);
    if (rows->created < rows->count)
        steps[count++] = bulk_read_step(STATEMENT_BULK_REJECTED, rows->rejected_parameters, BULK_REJECTED_PARAMETERS);
    if (rows->created > 0)
        steps[count++] = bulk_read_step(STATEMENT_BULK_SESSIONS, rows->sessions_parameters, BULK_SESSIONS_PARAMETERS);
    steps[count++] = bulk_read_state_step(&bulk->read, true);
    bulk->step = BULK_STORING;
    bool sent = query_several(connection, QUERY_LAST, steps, count, err);
    failpoint("bulk-storing");
    return sent ? PENDING : FAILED;
}

MUSTUSE static enum progress number(struct bulk *bulk, struct connection *connection, struct err *err)
{
    if (bulk->rows.created == 0)
        return store(bulk, connection, NULL, err);
    array_be_int8(&bulk->count, (int64_t)bulk->rows.created);
    bulk->step = BULK_NUMBERING;
    struct query_step step = bulk_read_step(STATEMENT_BULK_SESSION_IDS, &bulk->count, 1);
    return query_several(connection, QUERY_NEXT, &step, 1, err) ? PENDING : FAILED;
}

MUSTUSE static enum progress read_landed(struct bulk *bulk, struct connection *connection, struct batch *batch,
                                         const struct distinct_ids *distinct, struct err *err)
{
    const PGresult *state = bulk_read_state(&bulk->read, connection);

    if (PQntuples(state) != 1)
        return leave_failed(bulk, connection, "another session", err);
    const char *reason = obstacle(state, BULK_STATE_BULK);
    bulk_learn(bulk, state);
    if (reason != NULL)
        return leave_failed(bulk, connection, reason, err);
    if (bulk->read.per_batch && !bulk->checks.per_batch)
        return leave_failed(bulk, connection, obstacle(state, BULK_STATE_CHECKS), err);
    reason = bulk_read_take(&bulk->read, connection, batch, distinct, &bulk->rows);
    if (reason != NULL)
        return leave_failed(bulk, connection, reason, err);
    if (bulk->rows.count == 0)
        return leave(bulk, connection, BULK_LEAVING_DONE, err);
    return number(bulk, connection, err);
}

MUSTUSE static enum progress stored(struct bulk *bulk, const struct connection *connection, struct batch *batch,
                                    const struct distinct_ids *distinct)
{
    /* The last statement answers only in our own session, where the others have done their work. */
    if (PQntuples(connection->results[connection->several - 1]) != 1) {
        note_failure(bulk, "another session");
        return FAILED;
    }
    cooldown_passed(&bulk->cooldown);
    for (size_t i = 0; i < bulk->rows.count; i++)
        distinct_ids_decide(distinct, bulk->rows.list[i].id, batch, bulk->rows.list[i].row);
    return DONE;
}

/*
 * True for an error that the statement would report less well. If the batch were tried again at once, it might get past
 * a sequence that was left behind, because this attempt has taken the values that are in use. And data that is
 * committed but not durable is reported as the statement does.
 */
static bool is_final(const struct connection *connection, const struct err *err)
{
    if (err->class == ERR_STOP && strcmp(err->sqlstate, "23505") == 0)
        return strcmp(connection->error_table, "command_outcomes") != 0;
    return connection->not_durable;
}

MUSTUSE static enum progress take_failure(struct bulk *bulk, const struct connection *connection, const struct err *err)
{
    note_failure(bulk, err->sqlstate[0] != 0 ? err->sqlstate : err->code);
    bulk->hands_over = connection->state == CONNECTION_OPEN && !is_final(connection, err);
    return FAILED;
}

enum progress bulk_take(struct bulk *bulk, struct connection *connection, struct batch *batch,
                        const struct distinct_ids *distinct, bool well, struct err *err)
{
    enum progress progress = FAILED;

    if (!well)
        return take_failure(bulk, connection, err);
    switch (bulk->step) {
    case BULK_READING:
        failpoint("bulk-read");
        progress = read_landed(bulk, connection, batch, distinct, err);
        break;
    case BULK_NUMBERING:
        failpoint("bulk-numbered");
        progress = store(bulk, connection, connection->results[0], err);
        break;
    case BULK_STORING: return stored(bulk, connection, batch, distinct);
    case BULK_LEAVING_DONE: cooldown_passed(&bulk->cooldown); return DONE;
    case BULK_LEAVING_FAILED: return FAILED;
    }
    return progress == FAILED ? take_failure(bulk, connection, err) : progress;
}
