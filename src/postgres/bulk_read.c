#include "postgres/bulk_read.h"

#include "postgres/rows.h"
#include "postgres/statement.h"

#include <libpq-fe.h>
#include <stdlib.h>

void bulk_read_free(struct bulk_read *read)
{
    parents_free(&read->groups);
    parents_free(&read->activities);
    free(read->known);
    array_free(&read->group_ids);
    array_free(&read->activity_ids);
    array_free(&read->command_ids);
    array_free(&read->conditions[0]);
    array_free(&read->conditions[1]);
}

/* ---- The queries ------------------------------------------------------------------------------------------------- */

struct query_step bulk_read_step(enum statement_id id, const struct array *parameters, int count)
{
    return (struct query_step){statements[id].name, parameters, count};
}

static void collect(struct bulk_read *read, const struct batch *batch, const struct distinct_ids *distinct)
{
    parents_begin(&read->groups);
    parents_begin(&read->activities);
    array_begin(&read->command_ids, ARRAY_UUID);
    for (size_t i = 0; i < distinct->count; i++) {
        const struct batch_item *item = distinct_ids_first(distinct, &distinct->ids[i], batch);
        array_add_bytes(&read->command_ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
        if (item->violations.count > 0)
            continue;
        parents_add(&read->groups, item->command.group_id.value);
        parents_add(&read->activities, item->command.study_activity_id.value);
    }
    parents_query(&read->groups, &read->group_ids);
    parents_query(&read->activities, &read->activity_ids);
}

struct query_step bulk_read_state_step(struct bulk_read *read, bool must)
{
    array_be_bool(&read->conditions[0], must);
    array_be_bool(&read->conditions[1], read->per_batch);
    return bulk_read_step(STATEMENT_BULK_STATE, read->conditions, 2);
}

bool bulk_read_send(struct bulk_read *read, struct connection *connection, const struct batch *batch,
                    const struct distinct_ids *distinct, struct err *err)
{
    struct query_step steps[CONNECTION_RESULTS];
    int count = 0;

    collect(read, batch, distinct);
    if (read->per_batch) {
        steps[count++] = bulk_read_step(STATEMENT_BULK_REPLICA, NULL, 0);
        steps[count++] = bulk_read_step(STATEMENT_BULK_LOCK_GROUPS, &read->group_ids, 1);
        steps[count++] = bulk_read_step(STATEMENT_BULK_LOCK_ACTIVITIES, &read->activity_ids, 1);
    }
    steps[count++] = bulk_read_step(STATEMENT_BULK_GROUPS, &read->group_ids, 1);
    steps[count++] = bulk_read_step(STATEMENT_BULK_ACTIVITIES, &read->activity_ids, 1);
    steps[count++] = bulk_read_step(STATEMENT_BULK_KNOWN, &read->command_ids, 1);
    steps[count++] = bulk_read_state_step(read, false);
    return query_several(connection, QUERY_FIRST, steps, count, err);
}

/* ---- The results ------------------------------------------------------------------------------------------------- */

enum read_result { READ_GROUPS, READ_ACTIVITIES, READ_KNOWN, READ_STATE, READ_LOCKED_GROUPS, READ_LOCKED_ACTIVITIES };

/*
 * Where the result of that statement is. The locks come before everything else, after the setting that goes with them.
 */
static const PGresult *result_of(const struct bulk_read *read, const struct connection *connection,
                                 enum read_result which)
{
    if (which >= READ_LOCKED_GROUPS)
        return connection->results[which - READ_LOCKED_GROUPS + 1];
    return connection->results[(int)which + (read->per_batch ? 3 : 0)];
}

static void mark_known(struct bulk_read *read, const struct distinct_ids *distinct, const PGresult *result)
{
    if (read->known_capacity < distinct->count) {
        read->known = reallocarray(read->known, distinct->count, sizeof *read->known);
        if (read->known == NULL)
            abort();
        read->known_capacity = distinct->count;
    }
    memset(read->known, 0, distinct->count * sizeof *read->known);
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid id = rows_id(result, row);
        const struct distinct_id *found = distinct_ids_find(distinct, &id);
        if (found != NULL)
            read->known[found - distinct->ids] = true;
    }
}

/* False when a parent shows only without the lock: it was deleted and inserted again while the lock was waited for. */
static bool all_locked(struct parents *locked, const PGresult *seen)
{
    for (int row = 0; row < PQntuples(seen); row++)
        if (parents_find(locked, rows_int8(seen, row, 0)) == NULL)
            return false;
    return true;
}

static bool take_parents(struct bulk_read *read, const struct connection *connection, struct arena *arena)
{
    const PGresult *groups = result_of(read, connection, READ_GROUPS);
    const PGresult *activities = result_of(read, connection, READ_ACTIVITIES);

    if (!read->per_batch) {
        parents_take(&read->groups, groups, arena);
        parents_take(&read->activities, activities, arena);
        return true;
    }
    parents_take(&read->groups, result_of(read, connection, READ_LOCKED_GROUPS), arena);
    parents_take(&read->activities, result_of(read, connection, READ_LOCKED_ACTIVITIES), arena);
    return all_locked(&read->groups, groups) && all_locked(&read->activities, activities);
}

/* False: a name that is needed is NULL. */
static bool decide_new(const struct bulk_read *read, struct batch *batch, const struct distinct_ids *distinct,
                       int64_t at_us, struct bulk_rows *rows)
{
    bulk_rows_begin(rows);
    for (size_t i = 0; i < distinct->count; i++) {
        struct bulk_row row = {.id = &distinct->ids[i], .item = distinct_ids_first(distinct, &distinct->ids[i], batch)};
        if (read->known[i])
            continue;
        if (row.item->violations.count == 0) {
            row.group = parents_find(&read->groups, row.item->command.group_id.value);
            row.activity = parents_find(&read->activities, row.item->command.study_activity_id.value);
        }
        if (!bulk_rows_add(rows, &row, at_us, &batch->arena))
            return false;
    }
    return true;
}

const struct pg_result *bulk_read_state(const struct bulk_read *read, const struct connection *connection)
{
    return result_of(read, connection, READ_STATE);
}

const char *bulk_read_take(struct bulk_read *read, const struct connection *connection, struct batch *batch,
                           const struct distinct_ids *distinct, struct bulk_rows *rows)
{
    int64_t at_us = rows_int8(bulk_read_state(read, connection), 0, BULK_STATE_DECIDED_AT) + ROWS_EPOCH_US;

    if (!take_parents(read, connection, &batch->arena))
        return "parents that were deleted and inserted again";
    mark_known(read, distinct, result_of(read, connection, READ_KNOWN));
    return decide_new(read, batch, distinct, at_us, rows) ? NULL : "a parent without a name";
}
