#include "postgres/bulk.h"

#include "postgres/rows.h"
#include "runtime/clock.h"
#include "runtime/failpoint.h"
#include "runtime/log.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

void bulk_init(struct bulk *bulk, bool per_batch)
{
    bulk->least = BULK_LEAST;
    bulk->checks.wanted = per_batch;
}

void bulk_free(struct bulk *bulk)
{
    parents_free(&bulk->groups);
    parents_free(&bulk->activities);
    bulk_rows_free(&bulk->rows);
    free(bulk->known);
    array_free(&bulk->group_ids);
    array_free(&bulk->activity_ids);
    array_free(&bulk->command_ids);
    array_free(&bulk->count);
    array_free(&bulk->conditions[0]);
    array_free(&bulk->conditions[1]);
}

/* ---- Whether ----------------------------------------------------------------------------------------------------- */

/* One topic serves for all rows, and what makes a session has no hints. */
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

void bulk_batch_done(struct bulk *bulk)
{
    bulk->failed = false;
}

/* The statement takes the batch, now or when there is a connection again. */
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

/* The transaction is still open. */
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

static struct query_step step_of(enum statement_id id, const struct array *parameters, int count)
{
    return (struct query_step){statements[id].name, parameters, count};
}

static void collect(struct bulk *bulk, const struct batch *batch, const struct distinct_ids *distinct)
{
    parents_begin(&bulk->groups);
    parents_begin(&bulk->activities);
    array_begin(&bulk->command_ids, ARRAY_UUID);
    for (size_t i = 0; i < distinct->count; i++) {
        const struct batch_item *item = distinct_ids_first(distinct, &distinct->ids[i], batch);
        array_add_bytes(&bulk->command_ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
        if (item->violations.count > 0)
            continue;
        parents_add(&bulk->groups, item->command.group_id.value);
        parents_add(&bulk->activities, item->command.study_activity_id.value);
    }
    parents_query(&bulk->groups, &bulk->group_ids);
    parents_query(&bulk->activities, &bulk->activity_ids);
}

static struct query_step state_step(struct bulk *bulk, bool must)
{
    array_be_bool(&bulk->conditions[0], must);
    array_be_bool(&bulk->conditions[1], bulk->per_batch);
    return step_of(STATEMENT_BULK_STATE, bulk->conditions, 2);
}

enum read_result { READ_GROUPS, READ_ACTIVITIES, READ_KNOWN, READ_STATE, READ_LOCKED_GROUPS, READ_LOCKED_ACTIVITIES };

/* Where the result of that statement is: the locks come before everything else, behind the setting that goes with them. */
static const PGresult *result_of(const struct bulk *bulk, const struct connection *connection, enum read_result which)
{
    if (which >= READ_LOCKED_GROUPS)
        return connection->results[which - READ_LOCKED_GROUPS + 1];
    return connection->results[(int)which + (bulk->per_batch ? 3 : 0)];
}

bool bulk_start(struct bulk *bulk, struct connection *connection, const struct batch *batch,
                const struct distinct_ids *distinct, struct err *err)
{
    struct query_step steps[CONNECTION_RESULTS];
    int count = 0;

    bulk->step = BULK_READING;
    bulk->per_batch = bulk->checks.per_batch;
    collect(bulk, batch, distinct);
    if (bulk->per_batch) {
        steps[count++] = step_of(STATEMENT_BULK_REPLICA, NULL, 0);
        steps[count++] = step_of(STATEMENT_BULK_LOCK_GROUPS, &bulk->group_ids, 1);
        steps[count++] = step_of(STATEMENT_BULK_LOCK_ACTIVITIES, &bulk->activity_ids, 1);
    }
    steps[count++] = step_of(STATEMENT_BULK_GROUPS, &bulk->group_ids, 1);
    steps[count++] = step_of(STATEMENT_BULK_ACTIVITIES, &bulk->activity_ids, 1);
    steps[count++] = step_of(STATEMENT_BULK_KNOWN, &bulk->command_ids, 1);
    steps[count++] = state_step(bulk, false);
    return query_several(connection, QUERY_FIRST, steps, count, err);
}

bool bulk_ask(struct bulk *bulk, struct connection *connection, struct err *err)
{
    struct query_step step = state_step(bulk, false);

    return query_execute(connection, step.name, step.parameters, step.count, err);
}

enum state_column { STATE_BULK, STATE_CHECKS, STATE_DECIDED_AT };

static const char *obstacle(const PGresult *state, enum state_column column)
{
    return PQgetisnull(state, 0, (int)column) ? NULL : PQgetvalue(state, 0, (int)column);
}

void bulk_learn(struct bulk *bulk, const PGresult *state)
{
    reference_checks_learn(&bulk->checks, obstacle(state, STATE_CHECKS));
}

static int64_t decided_us(const PGresult *state)
{
    return rows_int8(state, 0, STATE_DECIDED_AT) + ROWS_EPOCH_US;
}

static void mark_known(struct bulk *bulk, const struct distinct_ids *distinct, const PGresult *result)
{
    if (bulk->known_capacity < distinct->count) {
        bulk->known = reallocarray(bulk->known, distinct->count, sizeof *bulk->known);
        if (bulk->known == NULL)
            abort();
        bulk->known_capacity = distinct->count;
    }
    memset(bulk->known, 0, distinct->count * sizeof *bulk->known);
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid id = rows_id(result, row);
        const struct distinct_id *found = distinct_ids_find(distinct, &id);
        if (found != NULL)
            bulk->known[found - distinct->ids] = true;
    }
}

/* Seen only without the lock: deleted and inserted again while it was waited for. */
static bool all_locked(struct parents *locked, const PGresult *seen)
{
    for (int row = 0; row < PQntuples(seen); row++)
        if (parents_find(locked, rows_int8(seen, row, 0)) == NULL)
            return false;
    return true;
}

static bool take_parents(struct bulk *bulk, const struct connection *connection, struct arena *arena)
{
    const PGresult *groups = result_of(bulk, connection, READ_GROUPS);
    const PGresult *activities = result_of(bulk, connection, READ_ACTIVITIES);

    if (!bulk->per_batch) {
        parents_take(&bulk->groups, groups, arena);
        parents_take(&bulk->activities, activities, arena);
        return true;
    }
    parents_take(&bulk->groups, result_of(bulk, connection, READ_LOCKED_GROUPS), arena);
    parents_take(&bulk->activities, result_of(bulk, connection, READ_LOCKED_ACTIVITIES), arena);
    return all_locked(&bulk->groups, groups) && all_locked(&bulk->activities, activities);
}

/* False: a name is NULL. */
static bool decide_new(struct bulk *bulk, struct batch *batch, const struct distinct_ids *distinct, int64_t at_us)
{
    bulk_rows_begin(&bulk->rows);
    for (size_t i = 0; i < distinct->count; i++) {
        struct bulk_row row = {.id = &distinct->ids[i], .item = distinct_ids_first(distinct, &distinct->ids[i], batch)};
        if (bulk->known[i])
            continue;
        if (row.item->violations.count == 0) {
            row.group = parents_find(&bulk->groups, row.item->command.group_id.value);
            row.activity = parents_find(&bulk->activities, row.item->command.study_activity_id.value);
        }
        if (!bulk_rows_add(&bulk->rows, &row, at_us, &batch->arena))
            return false;
    }
    return true;
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
        steps[count++] = step_of(STATEMENT_BULK_CREATED, rows->created_parameters, BULK_CREATED_PARAMETERS);
    if (rows->created < rows->count)
        steps[count++] = step_of(STATEMENT_BULK_REJECTED, rows->rejected_parameters, BULK_REJECTED_PARAMETERS);
    if (rows->created > 0)
        steps[count++] = step_of(STATEMENT_BULK_SESSIONS, rows->sessions_parameters, BULK_SESSIONS_PARAMETERS);
    steps[count++] = state_step(bulk, true);
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
    struct query_step step = step_of(STATEMENT_BULK_SESSION_IDS, &bulk->count, 1);
    return query_several(connection, QUERY_NEXT, &step, 1, err) ? PENDING : FAILED;
}

MUSTUSE static enum progress read_landed(struct bulk *bulk, struct connection *connection, struct batch *batch,
                                         const struct distinct_ids *distinct, struct err *err)
{
    const PGresult *state = result_of(bulk, connection, READ_STATE);

    if (PQntuples(state) != 1)
        return leave_failed(bulk, connection, "another session", err);
    const char *reason = obstacle(state, STATE_BULK);
    bulk_learn(bulk, state);
    if (reason != NULL)
        return leave_failed(bulk, connection, reason, err);
    if (bulk->per_batch && !bulk->checks.per_batch)
        return leave_failed(bulk, connection, obstacle(state, STATE_CHECKS), err);
    if (!take_parents(bulk, connection, &batch->arena))
        return leave_failed(bulk, connection, "parents that were deleted and inserted again", err);
    mark_known(bulk, distinct, result_of(bulk, connection, READ_KNOWN));
    if (!decide_new(bulk, batch, distinct, decided_us(state)))
        return leave_failed(bulk, connection, "a parent without a name", err);
    if (bulk->rows.count == 0)
        return leave(bulk, connection, BULK_LEAVING_DONE, err);
    return number(bulk, connection, err);
}

MUSTUSE static enum progress stored(struct bulk *bulk, const struct connection *connection, struct batch *batch,
                                    const struct distinct_ids *distinct)
{
    /* The last one answers in our own session only, where the others have done what they were asked. */
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
 * What the statement would find less well. Tried again at once, it would perhaps get by a sequence that was left behind:
 * the attempt has taken the values that are in use. And what is committed but not durable is told, as with the statement.
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
