#include "postgres/flight.h"

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
static void range_cut(struct flight *flight)
{
    struct flight_range *range = &flight->ranges[flight->range_count - 1];
    size_t to = range->from + (size_t)portion_of(&flight->portion, range->to - range->from);

    if (to == range->to)
        return;
    flight->ranges[flight->range_count++] = (struct flight_range){range->from, to};
    range->from = to;
}

static bool send_insert(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    range_cut(flight);
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];

    insert_begin(&flight->insert);
    for (size_t i = range->from; i < range->to; i++)
        insert_add(&flight->insert, asked_first(&flight->asked, &flight->asked.ids[i], batch));
    flight->step = FLIGHT_INSERT;
    flight->sent_ms = clock_ms();
    return insert_execute(&flight->insert, connection, err);
}

/* The ids of the range that came back without an outcome; 0 is none. */
static uint32_t collect_unanswered(struct flight *flight, const struct batch *batch)
{
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];
    struct array *ids = &flight->unanswered;

    array_begin(ids, ARRAY_UUID);
    for (size_t i = range->from; i < range->to; i++) {
        const struct batch_item *item = asked_first(&flight->asked, &flight->asked.ids[i], batch);
        if (item->decision == NULL)
            array_add_bytes(ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
    }
    return ids->count;
}

/* The ids under which the version before decided such records, where they are others (core/former.h); 0 is none. */
static uint32_t collect_former(struct flight *flight, const struct batch *batch)
{
    array_begin(&flight->unanswered, ARRAY_UUID);
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->has_former_id && item->outcome.kind == OUTCOME_PENDING && item->decision == NULL)
            array_add_bytes(&flight->unanswered, (struct bytes){item->former_id.b, sizeof item->former_id.b});
    }
    return flight->unanswered.count;
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
static void note_time_out(struct flight *flight, const struct connection *connection, const struct batch *batch,
                          struct err *err)
{
    int64_t took_ms = clock_ms() - flight->sent_ms;

    if (flight->range_count == 0 || flight->step == FLIGHT_CANARY || !is_time_out(connection, took_ms, err))
        return;
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];
    size_t rows = range->to - range->from;
    const struct record *record = &asked_first(&flight->asked, &flight->asked.ids[range->from], batch)->record;

    portion_timed_out(&flight->portion, rows, took_ms);
    if (rows > 1)
        err_prefix(err, "%zu commands at once are too many for the time-out, %" PRIu64 " are sent from now on", rows,
                   flight->portion.limit);
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
static void refuse_one(struct flight *flight, const struct err *err)
{
    struct asked_id *id = &flight->asked.ids[flight->ranges[--flight->range_count].from];

    memcpy(id->refused, pg_error_sqlstate(err), sizeof id->refused);
    if (flight->refused++ == 0 || is_denied(err)) {
        flight->refusal = *err;
        flight->refused_item = flight->asked.items[id->first].item;
    }
    flight->denied = flight->denied || is_denied(err);
}

/*
 * Whether rows were refused and nothing shows yet that the tables take others. Tried at the first refused row, so that
 * what refuses everything is known before thousands are halved, and once a batch. A grant can be taken away at any
 * moment: what was stored before a row was refused for lack of privilege shows nothing, so that it is tried in the end.
 */
static bool must_try(const struct flight *flight)
{
    if (flight->refused == 0)
        return false;
    if (flight->denied)
        return !flight->tried || flight->range_count == 0;
    return !flight->tried && flight->created == 0;
}

static bool try_others(struct flight *flight, struct connection *connection, const struct batch *batch, struct err *err)
{
    flight->step = FLIGHT_CANARY;
    flight->tried = true;
    flight->denied = false;
    return canary_start(&flight->canary, &batch->items[flight->refused_item].record, &flight->refusal, connection, err);
}

/* Only here the constraint is known; the event has the SQLSTATE. */
static void log_refused(const struct flight *flight, const struct batch *batch)
{
    static struct log_limit limit;
    char others[200] = "other sessions of this batch were stored";
    uint64_t held_back;

    if (!log_allowed(&limit, clock_ms(), &held_back))
        return;
    if (flight->created == 0)
        canary_describe(&flight->canary, others, sizeof others);
    log_record(LOG_WARNING, flight->refusal.code, &batch->items[flight->refused_item].record,
               "%s\n  %s; %zu of this batch are answered STORE_REFUSED, %" PRIu64
               " batches with refused ones not logged",
               flight->refusal.message, others, flight->refused, held_back);
}

static void answer_refused(const struct flight *flight, struct batch *batch)
{
    for (size_t i = 0; i < flight->asked.count; i++) {
        const struct asked_id *id = &flight->asked.ids[i];
        struct batch_item *item = asked_first(&flight->asked, id, batch);
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
static bool round_start(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    asked_collect(&flight->asked, batch);
    flight->step = FLIGHT_NONE;
    flight->refused = 0;
    flight->range_count = 0;
    if (flight->asked.count == 0)
        return true;
    flight->ranges[flight->range_count++] = (struct flight_range){0, flight->asked.count};
    return send_insert(flight, connection, batch, err);
}

static bool read_unanswered(struct flight *flight, struct connection *connection, enum flight_step step,
                            struct err *err)
{
    flight->step = step;
    flight->sent_ms = clock_ms();
    return question_execute(connection, statements[STATEMENT_READ].name, &flight->unanswered, 1, err);
}

bool flight_start(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    flight->created = 0;
    flight->tried = false;
    flight->denied = false;
    flight->reruns = 0;
    if (collect_former(flight, batch) > 0)
        return read_unanswered(flight, connection, FLIGHT_FORMER, err);
    return round_start(flight, connection, batch, err);
}

/* After a range has passed, its only row was refused, or other rows were tried. */
static bool range_next(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    flight->reruns = 0;
    if (must_try(flight))
        return try_others(flight, connection, batch, err);
    if (flight->range_count > 0)
        return send_insert(flight, connection, batch, err);
    flight->step = FLIGHT_NONE;
    if (flight->refused == 0)
        return true;
    log_refused(flight, batch);
    answer_refused(flight, batch);
    return round_start(flight, connection, batch, err);
}

static bool range_halve(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    struct flight_range *range = &flight->ranges[flight->range_count - 1];
    size_t middle = range->from + (range->to - range->from) / 2;

    flight->ranges[flight->range_count++] = (struct flight_range){range->from, middle};
    range->from = middle;
    flight->reruns = 0;
    return send_insert(flight, connection, batch, err);
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
static bool take_rows(struct flight *flight, struct batch *batch, const PGresult *result, struct err *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid command_id = rows_id(result, row);
        const struct asked_id *id = asked_find(&flight->asked, &command_id);
        struct ledger_row *ledger_row;
        bool readable = id != NULL &&
                        (flight->step == FLIGHT_INSERT ? rows_made(result, row, asked_first(&flight->asked, id, batch),
                                                                   &batch->arena, &ledger_row)
                                                       : rows_found(result, row, &batch->arena, &ledger_row));
        if (!readable)
            return unreadable(&command_id, err);
        if (flight->step == FLIGHT_INSERT && ledger_row->kind == OUTCOME_CREATED) {
            flight->created++;
            flight->denied = false;
        }
        asked_decide(&flight->asked, id, batch, ledger_row);
    }
    return true;
}

/* What the version before decided at a record's own position stands; all others are decided now. */
static bool former_landed(struct flight *flight, struct connection *connection, struct batch *batch,
                          const PGresult *result, struct err *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid id = rows_id(result, row);
        struct ledger_row *ledger_row;
        if (!rows_found(result, row, &batch->arena, &ledger_row))
            return unreadable(&id, err);
        (void)former_decide(batch, &id, ledger_row);
    }
    return round_start(flight, connection, batch, err);
}

static bool flight_landed(struct flight *flight, struct connection *connection, struct batch *batch,
                          const PGresult *result, struct err *err)
{
    if (flight->step == FLIGHT_FORMER)
        return former_landed(flight, connection, batch, result, err);
    if (!take_rows(flight, batch, result, err))
        return false;
    if (flight->step == FLIGHT_INSERT) {
        const struct flight_range *range = &flight->ranges[flight->range_count - 1];
        portion_passed(&flight->portion, range->to - range->from, clock_ms() - flight->sent_ms);
    }
    if (collect_unanswered(flight, batch) == 0) {
        flight->range_count--;
        return range_next(flight, connection, batch, err);
    }
    /* Deleted meanwhile, or its maker rolled back after we had waited for it: never "not found", always again. */
    if (flight->step == FLIGHT_READ)
        return err_set(err, ERR_RETRY, EXIT_DONE, "E-LEDGER-02", "command_outcomes lost an outcome while it was read");
    return read_unanswered(flight, connection, FLIGHT_READ, err);
}

static bool flight_refused(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];

    if (flight->step != FLIGHT_INSERT) {
        err->class = ERR_STOP;
        return false;
    }
    if (strcmp(pg_error_sqlstate(err), "23503") == 0 && flight->reruns++ < RERUNS_MAX)
        return send_insert(flight, connection, batch, err);
    if (range->to - range->from > 1)
        return range_halve(flight, connection, batch, err);
    refuse_one(flight, err);
    return range_next(flight, connection, batch, err);
}

/* `result` NULL: it failed with `err`. */
static bool canary_answered(struct flight *flight, struct connection *connection, struct batch *batch,
                            const PGresult *result, struct err *err)
{
    switch (canary_take(&flight->canary, connection, result, err)) {
    case DONE: return range_next(flight, connection, batch, err);
    case PENDING: return true;
    case FAILED: break;
    }
    return false;
}

/* True: the next question is under way, or the batch is done. */
static bool answered(struct flight *flight, struct connection *connection, struct batch *batch, const PGresult *result,
                     struct err *err)
{
    if (flight->step == FLIGHT_CANARY)
        return canary_answered(flight, connection, batch, result, err);
    if (result != NULL)
        return flight_landed(flight, connection, batch, result, err);
    return err->class == ERR_ISOLATE && flight_refused(flight, connection, batch, err);
}

enum progress flight_receive(struct flight *flight, struct connection *connection, struct batch *batch, int timeout_ms,
                             struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    while (flight->step != FLIGHT_NONE) {
        PGresult *result;
        int64_t left = until - clock_ms();
        enum progress progress = question_answer(connection, left > 0 ? (int)left : 0, &result, err);
        if (progress == PENDING)
            return PENDING;

        bool flying = answered(flight, connection, batch, progress == DONE ? result : NULL, err);
        PQclear(result);
        if (!flying) {
            note_time_out(flight, connection, batch, err);
            flight_drop(flight);
            return FAILED;
        }
    }
    return DONE;
}

void flight_drop(struct flight *flight)
{
    flight->step = FLIGHT_NONE;
    flight->range_count = 0;
}

void flight_free(struct flight *flight)
{
    asked_free(&flight->asked);
    insert_free(&flight->insert);
    array_free(&flight->unanswered);
    canary_free(&flight->canary);
}
