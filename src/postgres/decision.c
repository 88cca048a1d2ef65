#include "postgres/decision.h"

#include "core/former.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "postgres/pg_error.h"
#include "postgres/rows.h"
#include "postgres/statement.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>

/* A parent deleted while its session was inserted: the next snapshot says so and rejects. More often than this in one
 * range, it is some other key. */
#define RERUNS_MAX 3

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

/* What is sent next of the range that is under way: no more than the server does in its time. */
static void range_cut(struct decision *decision)
{
    struct decision_range *range = &decision->ranges[decision->range_count - 1];
    size_t to = range->from + (size_t)portion_of(&decision->portion, range->to - range->from);

    if (to == range->to)
        return;
    decision->ranges[decision->range_count++] = (struct decision_range){range->from, to};
    range->from = to;
}

static bool send_insert(struct decision *decision, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    range_cut(decision);
    const struct decision_range *range = &decision->ranges[decision->range_count - 1];

    insert_begin(&decision->insert);
    for (size_t i = range->from; i < range->to; i++)
        insert_add(&decision->insert, distinct_ids_first(&decision->distinct, &decision->distinct.ids[i], batch));
    decision->step = DECISION_INSERT;
    decision->sent_ms = clock_ms();
    return insert_execute(&decision->insert, connection, err);
}

/* The ids of the range that came back without an outcome; 0 is none. */
static uint32_t collect_unanswered(struct decision *decision, const struct batch *batch)
{
    const struct decision_range *range = &decision->ranges[decision->range_count - 1];
    struct array *ids = &decision->unanswered;

    array_begin(ids, ARRAY_UUID);
    for (size_t i = range->from; i < range->to; i++) {
        const struct batch_item *item = distinct_ids_first(&decision->distinct, &decision->distinct.ids[i], batch);
        if (item->row == NULL)
            array_add_bytes(ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
    }
    return ids->count;
}

/* The ids under which the version before decided such records, where they are others (core/former.h); 0 is none. */
static uint32_t collect_former(struct decision *decision, const struct batch *batch)
{
    array_begin(&decision->unanswered, ARRAY_UUID);
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->has_former_id && item->outcome.kind == OUTCOME_PENDING && item->row == NULL)
            array_add_bytes(&decision->unanswered, (struct bytes){item->former_id.b, sizeof item->former_id.b});
    }
    return decision->unanswered.count;
}

/* ---- Time-outs --------------------------------------------------------------------------------------------------- */

/* The server's, or ours; not pg_cancel_backend, which has the SQLSTATE of a statement's time-out and comes at any time. */
static bool is_time_out(const struct connection *connection, int64_t took_ms, const struct err *err)
{
    int64_t statement_ms = connection_statement_ms(connection);

    if (strcmp(err->code, "E-PG-57014") == 0)
        return statement_ms > 0 && took_ms >= statement_ms - statement_ms / 16;
    return strcmp(err->code, "E-PG-OVERDUE") == 0 || strcmp(err->code, "E-PG-25P04") == 0;
}

/* Of the server's time-outs; what can be done about the other one its message says. */
static void append_fix(struct err *err)
{
    size_t len = strlen(err->message);

    if (strstr(err->message, "\n  fix: ") == NULL)
        snprintf(
            err->message + len, sizeof err->message - len,
            "\n  fix: raise statement_timeout of the worker's role (ALTER ROLE ... SET statement_timeout), or look at "
            "the triggers and locks of study_sessions and command_outcomes");
}

/* Less is sent from now on; a command that is alone is named, and waits. */
static void note_time_out(struct decision *decision, const struct connection *connection, const struct batch *batch,
                          struct err *err)
{
    int64_t took_ms = clock_ms() - decision->sent_ms;

    if (decision->range_count == 0 || decision->step == DECISION_CANARY || !is_time_out(connection, took_ms, err))
        return;
    const struct decision_range *range = &decision->ranges[decision->range_count - 1];
    size_t rows = range->to - range->from;
    const struct record *record =
        &distinct_ids_first(&decision->distinct, &decision->distinct.ids[range->from], batch)->record;

    portion_timed_out(&decision->portion, rows, took_ms);
    if (rows > 1)
        err_prefix(err, "%zu commands at once are too many for the time-out, %" PRIu64 " are sent from now on", rows,
                   decision->portion.limit);
    else
        err_prefix(err, "%s[%" PRId32 "]@%" PRId64 " is too slow for the time-out even alone, and waits", record->topic,
                   record->partition, record->offset);
    append_fix(err);
}

/* ---- Refused rows ------------------------------------------------------------------------------------------------ */

static bool is_denied(const struct err *err)
{
    return err->exit_code == EXIT_PERMISSION;
}

/* Takes the only row of the range that is under way. */
static void refuse_one(struct decision *decision, const struct err *err)
{
    struct distinct_id *id = &decision->distinct.ids[decision->ranges[--decision->range_count].from];

    memcpy(id->refused, pg_error_sqlstate(err), sizeof id->refused);
    if (decision->refused++ == 0 || is_denied(err)) {
        decision->refusal = *err;
        decision->refused_item = decision->distinct.items[id->first].item;
    }
    decision->denied = decision->denied || is_denied(err);
}

/*
 * Whether rows were refused and nothing shows yet that the tables take others. Tried at the first refused row, so that
 * what refuses everything is known before thousands are halved, and once a batch. A grant can be taken away at any
 * moment: what was stored before a row was refused for lack of privilege shows nothing, so that it is tried in the end.
 */
static bool must_try(const struct decision *decision)
{
    if (decision->refused == 0)
        return false;
    if (decision->denied)
        return !decision->tried || decision->range_count == 0;
    return !decision->tried && decision->created == 0;
}

static bool try_others(struct decision *decision, struct connection *connection, const struct batch *batch,
                       struct err *err)
{
    decision->step = DECISION_CANARY;
    decision->tried = true;
    decision->denied = false;
    return canary_start(&decision->canary, &batch->items[decision->refused_item].record, &decision->refusal, connection,
                        err);
}

/* Only here the constraint is known; the event has the SQLSTATE. */
static void log_refused(const struct decision *decision, const struct batch *batch)
{
    static struct log_limit limit;
    char others[200] = "other sessions of this batch were stored";
    uint64_t held_back;

    if (!log_allowed(&limit, clock_ms(), &held_back))
        return;
    if (decision->created == 0)
        canary_describe(&decision->canary, others, sizeof others);
    log_record(LOG_WARNING, decision->refusal.code, &batch->items[decision->refused_item].record,
               "%s\n  %s; %zu of this batch are answered STORE_REFUSED, %" PRIu64
               " batches with refused ones not logged",
               decision->refusal.message, others, decision->refused, held_back);
}

static void answer_refused(const struct decision *decision, struct batch *batch)
{
    for (size_t i = 0; i < decision->distinct.count; i++) {
        const struct distinct_id *id = &decision->distinct.ids[i];
        struct batch_item *item = distinct_ids_first(&decision->distinct, id, batch);
        if (id->refused[0] == 0)
            continue;
        outcome_answer(&item->outcome, &item->record, ERRCODE_STORE_REFUSED, COMMAND_FIELD_NONE, NULL);
        memcpy(item->outcome.sqlstate, id->refused, sizeof item->outcome.sqlstate);
        item->outcome.group_id = item->command.group_id;
        item->outcome.study_activity_id = item->command.study_activity_id;
    }
}

/* ---- The way of a batch ------------------------------------------------------------------------------------------ */

/* A round: all ids that are undecided. A refused id's next record begins another one, decided in its own right. */
static bool round_start(struct decision *decision, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    distinct_ids_collect(&decision->distinct, batch);
    decision->step = DECISION_NONE;
    decision->refused = 0;
    decision->range_count = 0;
    if (decision->distinct.count == 0)
        return true;
    decision->ranges[decision->range_count++] = (struct decision_range){0, decision->distinct.count};
    return send_insert(decision, connection, batch, err);
}

static bool read_unanswered(struct decision *decision, struct connection *connection, enum decision_step step,
                            struct err *err)
{
    decision->step = step;
    decision->sent_ms = clock_ms();
    return query_execute(connection, statements[STATEMENT_READ].name, &decision->unanswered, 1, err);
}

bool decision_start(struct decision *decision, struct connection *connection, struct batch *batch, struct err *err)
{
    decision->created = 0;
    decision->tried = false;
    decision->denied = false;
    decision->reruns = 0;
    if (collect_former(decision, batch) > 0)
        return read_unanswered(decision, connection, DECISION_FORMER, err);
    return round_start(decision, connection, batch, err);
}

/* After a range has passed, its only row was refused, or other rows were tried. */
static bool range_next(struct decision *decision, struct connection *connection, struct batch *batch, struct err *err)
{
    decision->reruns = 0;
    if (must_try(decision))
        return try_others(decision, connection, batch, err);
    if (decision->range_count > 0)
        return send_insert(decision, connection, batch, err);
    decision->step = DECISION_NONE;
    if (decision->refused == 0)
        return true;
    log_refused(decision, batch);
    answer_refused(decision, batch);
    return round_start(decision, connection, batch, err);
}

static bool range_halve(struct decision *decision, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    struct decision_range *range = &decision->ranges[decision->range_count - 1];
    size_t middle = range->from + (range->to - range->from) / 2;

    decision->ranges[decision->range_count++] = (struct decision_range){range->from, middle};
    range->from = middle;
    decision->reruns = 0;
    return send_insert(decision, connection, batch, err);
}

static bool unreadable(const struct uuid *command_id, struct err *err)
{
    char text[UUID_TEXT + 1];

    uuid_format(command_id, text);
    return err_set(err, ERR_STOP, EXIT_CONFIG, "E-LEDGER-01",
                   "command_outcomes has an outcome for command %s that this version cannot read; next: run the "
                   "version that wrote it, or correct the row",
                   text);
}

/* Every row of a result becomes the decision of its id. */
static bool take_rows(struct decision *decision, struct batch *batch, const PGresult *result, struct err *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid command_id = rows_id(result, row);
        const struct distinct_id *id = distinct_ids_find(&decision->distinct, &command_id);
        struct ledger_row *ledger_row;
        bool readable = id != NULL && (decision->step == DECISION_INSERT
                                           ? rows_made(result, row, distinct_ids_first(&decision->distinct, id, batch),
                                                       &batch->arena, &ledger_row)
                                           : rows_found(result, row, &batch->arena, &ledger_row));
        if (!readable)
            return unreadable(&command_id, err);
        if (decision->step == DECISION_INSERT && ledger_row->kind == OUTCOME_CREATED) {
            decision->created++;
            decision->denied = false;
        }
        distinct_ids_decide(&decision->distinct, id, batch, ledger_row);
    }
    return true;
}

/* What the version before decided at a record's own position stands; all others are decided now. */
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

static bool decision_landed(struct decision *decision, struct connection *connection, struct batch *batch,
                            const PGresult *result, struct err *err)
{
    if (decision->step == DECISION_FORMER)
        return former_landed(decision, connection, batch, result, err);
    if (!take_rows(decision, batch, result, err))
        return false;
    if (decision->step == DECISION_INSERT) {
        const struct decision_range *range = &decision->ranges[decision->range_count - 1];
        portion_passed(&decision->portion, range->to - range->from, clock_ms() - decision->sent_ms);
    }
    if (collect_unanswered(decision, batch) == 0) {
        decision->range_count--;
        return range_next(decision, connection, batch, err);
    }
    /* Deleted meanwhile, or its maker rolled back after we had waited for it: never "not found", always again. */
    if (decision->step == DECISION_READ)
        return err_set(err, ERR_RETRY, EXIT_DONE, "E-LEDGER-02", "command_outcomes lost an outcome while it was read");
    return read_unanswered(decision, connection, DECISION_READ, err);
}

static bool decision_refused(struct decision *decision, struct connection *connection, struct batch *batch,
                             struct err *err)
{
    const struct decision_range *range = &decision->ranges[decision->range_count - 1];

    if (decision->step != DECISION_INSERT) {
        err->class = ERR_STOP;
        return false;
    }
    if (strcmp(pg_error_sqlstate(err), "23503") == 0 && decision->reruns++ < RERUNS_MAX)
        return send_insert(decision, connection, batch, err);
    if (range->to - range->from > 1)
        return range_halve(decision, connection, batch, err);
    refuse_one(decision, err);
    return range_next(decision, connection, batch, err);
}

/* `result` NULL: it failed with `err`. */
static bool canary_answered(struct decision *decision, struct connection *connection, struct batch *batch,
                            const PGresult *result, struct err *err)
{
    switch (canary_take(&decision->canary, connection, result, err)) {
    case DONE: return range_next(decision, connection, batch, err);
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
    if (result != NULL)
        return decision_landed(decision, connection, batch, result, err);
    return err->class == ERR_ISOLATE && decision_refused(decision, connection, batch, err);
}

enum progress decision_receive(struct decision *decision, struct connection *connection, struct batch *batch,
                               int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    while (decision->step != DECISION_NONE) {
        PGresult *result;
        int64_t left = until - clock_ms();
        enum progress progress = query_result(connection, left > 0 ? (int)left : 0, &result, err);
        if (progress == PENDING)
            return PENDING;

        bool flying = answered(decision, connection, batch, progress == DONE ? result : NULL, err);
        PQclear(result);
        if (!flying) {
            note_time_out(decision, connection, batch, err);
            decision_drop(decision);
            return FAILED;
        }
    }
    return DONE;
}

void decision_drop(struct decision *decision)
{
    decision->step = DECISION_NONE;
    decision->range_count = 0;
}

void decision_free(struct decision *decision)
{
    distinct_ids_free(&decision->distinct);
    insert_free(&decision->insert);
    array_free(&decision->unanswered);
    canary_free(&decision->canary);
}
