#include "postgres/decision.h"

#include "core/former.h"
#include "postgres/pg_error.h"
#include "postgres/rows.h"
#include "postgres/statement.h"
#include "runtime/clock.h"

#include <libpq-fe.h>

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

static bool send_insert(struct decision *decision, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    const struct distinct_ids *distinct = &decision->isolate.distinct;
    const struct isolate_range *range = isolate_send(&decision->isolate);

    insert_begin(&decision->insert);
    for (size_t i = range->from; i < range->to; i++)
        insert_add(&decision->insert, distinct_ids_first(distinct, &distinct->ids[i], batch));
    decision->step = DECISION_INSERT;
    return insert_execute(&decision->insert, connection, err);
}

static bool read_outcomes(struct decision *decision, struct connection *connection, enum decision_step step,
                          struct err *err)
{
    decision->step = step;
    decision->isolate.sent_ms = clock_ms();
    return query_execute(connection, statements[STATEMENT_READ].name, &decision->unanswered, 1, err);
}

/* Collects the ids of the range that came back without an outcome; returns how many. */
static uint32_t collect_unanswered(struct decision *decision, const struct batch *batch)
{
    const struct distinct_ids *distinct = &decision->isolate.distinct;
    const struct isolate_range *range = isolate_range(&decision->isolate);
    struct array *ids = &decision->unanswered;

    array_begin(ids, ARRAY_UUID);
    for (size_t i = range->from; i < range->to; i++) {
        const struct batch_item *item = distinct_ids_first(distinct, &distinct->ids[i], batch);
        if (item->row == NULL)
            array_add_bytes(ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
    }
    return ids->count;
}

/* ---- The way of a batch ------------------------------------------------------------------------------------------ */

/* True when all ids of the round go in bulk: there are many, and nothing suggests that they would fail. */
static bool goes_in_bulk(const struct decision *decision, const struct batch *batch)
{
    const struct isolate *isolate = &decision->isolate;

    return isolate->portion.limit == 0 && bulk_fits(&decision->bulk, batch, &isolate->distinct);
}

/*
 * Starts a round with all undecided ids. When an id was refused, its next record begins another round, where it is
 * decided separately.
 */
static bool round_start(struct decision *decision, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    decision->step = DECISION_NONE;
    if (!isolate_round(&decision->isolate, batch))
        return true;
    if (!goes_in_bulk(decision, batch))
        return send_insert(decision, connection, batch, err);
    (void)isolate_send(&decision->isolate);
    decision->step = DECISION_BULK;
    return bulk_start(&decision->bulk, connection, batch, &decision->isolate.distinct, err);
}

bool decision_start(struct decision *decision, struct connection *connection, struct batch *batch, struct err *err)
{
    isolate_batch(&decision->isolate);
    if (distinct_ids_former(&decision->unanswered, batch) > 0)
        return read_outcomes(decision, connection, DECISION_FORMER, err);
    return round_start(decision, connection, batch, err);
}

/* Goes on after a range has passed or was refused, or after other rows were tried. */
static bool go_on(struct decision *decision, struct connection *connection, struct batch *batch, struct err *err)
{
    if (isolate_must_try(&decision->isolate)) {
        decision->step = DECISION_CANARY;
        return isolate_try(&decision->isolate, connection, batch, err);
    }
    if (decision->isolate.range_count > 0)
        return send_insert(decision, connection, batch, err);
    decision->step = DECISION_NONE;
    return !isolate_answer(&decision->isolate, batch) || round_start(decision, connection, batch, err);
}

/* ---- Results ----------------------------------------------------------------------------------------------------- */

static bool unreadable(const struct uuid *command_id, struct err *err)
{
    char text[UUID_TEXT + 1];

    uuid_format(command_id, text);
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_LEDGER_01,
                   "command_outcomes has an outcome for command %s that this version cannot read\n  fix: run the "
                   "version that wrote it, or correct the row",
                   text);
}

/* Gives each row of a result to its id. `*created`: how many sessions were made. */
static bool take_rows(struct decision *decision, struct batch *batch, const PGresult *result, size_t *created,
                      struct err *err)
{
    const struct distinct_ids *distinct = &decision->isolate.distinct;
    bool made = decision->step == DECISION_INSERT;

    *created = 0;
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid command_id = rows_id(result, row);
        const struct distinct_id *id = distinct_ids_find(distinct, &command_id);
        struct ledger_row *ledger_row;
        bool readable = id != NULL && (made ? rows_made(result, row, distinct_ids_first(distinct, id, batch),
                                                        &batch->arena, &ledger_row)
                                            : rows_found(result, row, &batch->arena, &ledger_row));
        if (!readable)
            return unreadable(&command_id, err);
        *created += made && ledger_row->kind == OUTCOME_CREATED;
        distinct_ids_decide(distinct, id, batch, ledger_row);
    }
    return true;
}

/* What the version before decided for a record's own position stands; everything else is decided now. */
static bool former_landed(struct decision *decision, struct connection *connection, struct batch *batch,
                          const PGresult *result, struct err *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid id = rows_id(result, row);
        struct ledger_row *ledger_row;
        if (!rows_found(result, row, &batch->arena, &ledger_row))
            return unreadable(&id, err);
        (void)former_decide(batch, &id, ledger_row);
    }
    return round_start(decision, connection, batch, err);
}

/* The range is stored. Ids without an outcome were known before, and are read. */
static bool range_landed(struct decision *decision, struct connection *connection, struct batch *batch, struct err *err)
{
    if (collect_unanswered(decision, batch) == 0) {
        isolate_done(&decision->isolate);
        return go_on(decision, connection, batch, err);
    }
    /*
     * The row was deleted meanwhile, or its transaction rolled back after we had waited for it. That never means "not
     * found": try again.
     */
    if (decision->step == DECISION_READ)
        return err_set(err, ERR_RETRY, EXIT_DONE, E_LEDGER_02, "command_outcomes lost an outcome while it was read");
    return read_outcomes(decision, connection, DECISION_READ, err);
}

static bool rows_landed(struct decision *decision, struct connection *connection, struct batch *batch,
                        const PGresult *result, struct err *err)
{
    size_t created;

    if (!take_rows(decision, batch, result, &created, err))
        return false;
    if (decision->step == DECISION_INSERT)
        isolate_stored(&decision->isolate, created);
    return range_landed(decision, connection, batch, err);
}

/* `well`: what query_result said. */
static bool bulk_answered(struct decision *decision, struct connection *connection, struct batch *batch, bool well,
                          struct err *err)
{
    switch (bulk_take(&decision->bulk, connection, batch, &decision->isolate.distinct, well, err)) {
    case PENDING: return true;
    case DONE: isolate_stored(&decision->isolate, decision->bulk.rows.created); break;
    case FAILED: return decision->bulk.hands_over && send_insert(decision, connection, batch, err);
    }
    return range_landed(decision, connection, batch, err);
}

static bool insert_refused(struct decision *decision, struct connection *connection, struct batch *batch,
                           struct err *err)
{
    if (decision->step != DECISION_INSERT) {
        err->class = ERR_STOP;
        return false;
    }
    isolate_refused(&decision->isolate, err);
    return go_on(decision, connection, batch, err);
}

/* `result` NULL: the query failed with `err`. */
static bool canary_answered(struct decision *decision, struct connection *connection, struct batch *batch,
                            const PGresult *result, struct err *err)
{
    switch (canary_take(&decision->isolate.canary, connection, result, err)) {
    case DONE: return go_on(decision, connection, batch, err);
    case PENDING: return true;
    case FAILED: break;
    }
    return false;
}

/* True: the next query is under way, or the batch is done. */
static bool answered(struct decision *decision, struct connection *connection, struct batch *batch,
                     const PGresult *result, struct err *err)
{
    if (decision->step == DECISION_CANARY)
        return canary_answered(decision, connection, batch, result, err);
    if (result == NULL)
        return err->class == ERR_ISOLATE && insert_refused(decision, connection, batch, err);
    if (decision->step == DECISION_FORMER)
        return former_landed(decision, connection, batch, result, err);
    return rows_landed(decision, connection, batch, result, err);
}

/* Takes the answer to one query. DONE: the next one is under way, or the batch is done. */
MUSTUSE static enum progress take_answer(struct decision *decision, struct connection *connection, struct batch *batch,
                                         int64_t until, struct err *err)
{
    PGresult *result;
    int64_t left = until - clock_ms();
    enum progress progress = query_result(connection, left > 0 ? (int)left : 0, &result, err);

    if (progress == PENDING)
        return PENDING;
    bool under_way = decision->step == DECISION_BULK
                         ? bulk_answered(decision, connection, batch, progress == DONE, err)
                         : answered(decision, connection, batch, progress == DONE ? result : NULL, err);
    PQclear(result);
    if (under_way)
        return DONE;
    if (decision->step != DECISION_CANARY)
        isolate_failed(&decision->isolate, connection, batch, err);
    decision_drop(decision);
    return FAILED;
}

enum progress decision_advance(struct decision *decision, struct connection *connection, struct batch *batch,
                               int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;
    enum progress progress = DONE;

    while (progress == DONE && decision->step == DECISION_BULK && !bulk_is_complete(&decision->bulk))
        progress = take_answer(decision, connection, batch, until, err);
    return progress;
}

enum progress decision_receive(struct decision *decision, struct connection *connection, struct batch *batch,
                               int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;
    enum progress progress = DONE;

    while (progress == DONE && decision->step != DECISION_NONE)
        progress = take_answer(decision, connection, batch, until, err);
    if (progress == DONE)
        bulk_batch_done(&decision->bulk);
    return progress;
}

void decision_drop(struct decision *decision)
{
    decision->step = DECISION_NONE;
    decision->isolate.range_count = 0;
}

void decision_free(struct decision *decision)
{
    isolate_free(&decision->isolate);
    insert_free(&decision->insert);
    bulk_free(&decision->bulk);
    array_free(&decision->unanswered);
}
