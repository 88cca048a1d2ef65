#include "postgres/isolate.h"

#include "postgres/connection.h"
#include "postgres/pg_error.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * When a parent is deleted while its session is inserted, the next snapshot shows that and rejects. If it happens more
 * often in one range, another foreign key is the cause.
 */
#define RERUNS_MAX 3

/* ---- Ranges ------------------------------------------------------------------------------------------------------ */

void isolate_batch(struct isolate *isolate)
{
    isolate->created = 0;
    isolate->tried = false;
    isolate->denied = false;
    isolate->reruns = 0;
}

bool isolate_round(struct isolate *isolate, const struct batch *batch)
{
    distinct_ids_collect(&isolate->distinct, batch);
    isolate->refused = 0;
    isolate->range_count = 0;
    if (isolate->distinct.count == 0)
        return false;
    isolate->ranges[isolate->range_count++] = (struct isolate_range){0, isolate->distinct.count};
    return true;
}

const struct isolate_range *isolate_range(const struct isolate *isolate)
{
    return &isolate->ranges[isolate->range_count - 1];
}

/* Cuts the range under way in two; its first part is then under way. */
static void cut(struct isolate *isolate, size_t at)
{
    struct isolate_range *range = &isolate->ranges[isolate->range_count - 1];

    isolate->ranges[isolate->range_count++] = (struct isolate_range){range->from, at};
    range->from = at;
}

const struct isolate_range *isolate_send(struct isolate *isolate)
{
    const struct isolate_range *range = isolate_range(isolate);
    size_t to = range->from + (size_t)portion_of(&isolate->portion, range->to - range->from);

    if (to < range->to)
        cut(isolate, to);
    isolate->sent_ms = clock_ms();
    return isolate_range(isolate);
}

void isolate_stored(struct isolate *isolate, size_t created)
{
    const struct isolate_range *range = isolate_range(isolate);

    portion_passed(&isolate->portion, range->to - range->from, clock_ms() - isolate->sent_ms);
    isolate->created += created;
    if (created > 0)
        isolate->denied = false;
}

void isolate_done(struct isolate *isolate)
{
    isolate->range_count--;
    isolate->reruns = 0;
}

/* ---- Time-outs --------------------------------------------------------------------------------------------------- */

/*
 * True for the server's time-out or ours. pg_cancel_backend has the SQLSTATE of a statement's time-out too, but can
 * come at any time.
 */
static bool is_time_out(const struct connection *connection, int64_t took_ms, const struct err *err)
{
    int64_t statement_ms = connection_statement_ms(connection);

    if (strcmp(err->sqlstate, "57014") == 0)
        return statement_ms > 0 && took_ms >= statement_ms - statement_ms / 16;
    return err->reason == REASON_OVERDUE || strcmp(err->sqlstate, "25P04") == 0;
}

/* Adds advice about the server's time-outs. The message of our own already says what can be done. */
static void append_fix(struct err *err)
{
    size_t len = strlen(err->message);

    if (err->reason != REASON_OVERDUE)
        snprintf(
            err->message + len, sizeof err->message - len,
            "\n  fix: raise statement_timeout of the worker's role (ALTER ROLE ... SET statement_timeout), or look at "
            "the triggers and locks of study_sessions and command_outcomes");
}

/* Sends less from now on. A single command is named, and waits. */
void isolate_failed(struct isolate *isolate, const struct connection *connection, const struct batch *batch,
                    struct err *err)
{
    int64_t took_ms = clock_ms() - isolate->sent_ms;
    char label[RECORD_LABEL_TEXT];

    if (isolate->range_count == 0 || !is_time_out(connection, took_ms, err))
        return;
    const struct isolate_range *range = isolate_range(isolate);
    size_t rows = range->to - range->from;
    const struct batch_item *first = distinct_ids_first(&isolate->distinct, &isolate->distinct.ids[range->from], batch);

    portion_timed_out(&isolate->portion, rows, took_ms);
    if (rows > 1)
        err_prefix(err, "%zu commands at once are too many for the time-out, %" PRIu64 " are sent from now on", rows,
                   isolate->portion.limit);
    else
        err_prefix(err, "%s is too slow for the time-out even alone, and waits",
                   record_label(&first->record, &first->command_id, label));
    append_fix(err);
}

/* ---- Refused rows ------------------------------------------------------------------------------------------------ */

static bool is_denied(const struct err *err)
{
    return err->exit_code == EXIT_PERMISSION;
}

/* Marks the only row of the range that is under way as refused. */
static void refuse_one(struct isolate *isolate, const struct err *err)
{
    struct distinct_id *id = &isolate->distinct.ids[isolate->ranges[--isolate->range_count].from];

    memcpy(id->refused, err->sqlstate, sizeof id->refused);
    if (isolate->refused++ == 0 || is_denied(err)) {
        isolate->refusal = *err;
        isolate->refused_item = isolate->distinct.items[id->first].item;
    }
    isolate->denied = isolate->denied || is_denied(err);
}

void isolate_refused(struct isolate *isolate, const struct err *err)
{
    const struct isolate_range *range = isolate_range(isolate);

    if (strcmp(err->sqlstate, "23503") == 0 && isolate->reruns++ < RERUNS_MAX)
        return;
    isolate->reruns = 0;
    if (range->to - range->from > 1)
        cut(isolate, range->from + (range->to - range->from) / 2);
    else
        refuse_one(isolate, err);
}

/*
 * True when rows were refused and nothing shows yet that the tables accept others. This is tried at the first refused
 * row, so that a cause that refuses everything is known before thousands of rows are halved, and only once a batch. A
 * grant can be revoked at any moment: sessions that were stored before a row was refused for lack of privilege prove
 * nothing, so a trial follows in the end.
 */
bool isolate_must_try(const struct isolate *isolate)
{
    if (isolate->refused == 0)
        return false;
    if (isolate->denied)
        return !isolate->tried || isolate->range_count == 0;
    return !isolate->tried && isolate->created == 0;
}

bool isolate_try(struct isolate *isolate, struct connection *connection, const struct batch *batch, struct err *err)
{
    isolate->tried = true;
    isolate->denied = false;
    return canary_start(&isolate->canary, &batch->items[isolate->refused_item], &isolate->refusal, connection, err);
}

/* The constraint is known only here; the event has the SQLSTATE. */
static void log_refused(const struct isolate *isolate, const struct batch *batch)
{
    static struct log_limit limit;
    const struct batch_item *item = &batch->items[isolate->refused_item];
    char others[200] = "other sessions of this batch were stored";
    uint64_t held_back;

    if (!log_allowed(&limit, clock_ms(), &held_back))
        return;
    if (isolate->created == 0)
        canary_describe(&isolate->canary, others, sizeof others);
    log_record(LOG_WARNING, isolate->refusal.code, &item->record, &item->command_id,
               "%s\n  %s; %zu of this batch are answered STORE_REFUSED, %" PRIu64
               " batches with refused ones not logged",
               isolate->refusal.message, others, isolate->refused, held_back);
}

static void answer_refused(const struct isolate *isolate, struct batch *batch)
{
    for (size_t i = 0; i < isolate->distinct.count; i++) {
        const struct distinct_id *id = &isolate->distinct.ids[i];
        struct batch_item *item = distinct_ids_first(&isolate->distinct, id, batch);
        if (id->refused[0] == 0)
            continue;
        outcome_answer(&item->outcome, &item->record, ERRCODE_STORE_REFUSED, COMMAND_FIELD_NONE, NULL);
        memcpy(item->outcome.sqlstate, id->refused, sizeof item->outcome.sqlstate);
        item->outcome.group_id = item->command.group_id;
        item->outcome.study_activity_id = item->command.study_activity_id;
    }
}

bool isolate_answer(const struct isolate *isolate, struct batch *batch)
{
    if (isolate->refused == 0)
        return false;
    log_refused(isolate, batch);
    answer_refused(isolate, batch);
    return true;
}

void isolate_free(struct isolate *isolate)
{
    distinct_ids_free(&isolate->distinct);
    canary_free(&isolate->canary);
}
