/**
 * The rows that a decided batch is going to store: the parameters of sql/bulk_created.sql, bulk_rejected.sql and
 * bulk_sessions.sql.
 */
#ifndef POSTGRES_BULK_ROWS_H
#define POSTGRES_BULK_ROWS_H

#include "core/decide.h"
#include "postgres/array.h"
#include "postgres/distinct_ids.h"

struct pg_result; /* PGresult */

#define BULK_CREATED_PARAMETERS  11
#define BULK_REJECTED_PARAMETERS 15
#define BULK_SESSIONS_PARAMETERS 4

/** A command that was not decided before. */
struct bulk_row {
    const struct distinct_id *id;
    const struct batch_item *item; /* the first item with its id */
    const struct parent *group;    /* NULL: it does not exist, or was not looked for */
    const struct parent *activity;
    struct ledger_row *row; /* in the batch's arena */
};

struct bulk_rows {
    struct bulk_row *list; /* owned; in the order of the ids */
    size_t count;
    size_t capacity;
    size_t created; /* how many of them create a session */
    struct array created_parameters[BULK_CREATED_PARAMETERS];
    struct array rejected_parameters[BULK_REJECTED_PARAMETERS];
    struct array sessions_parameters[BULK_SESSIONS_PARAMETERS];
};

/** Empties the list; the memory is kept. */
void bulk_rows_begin(struct bulk_rows *rows);
void bulk_rows_free(struct bulk_rows *rows);

/**
 * Decides the item and adds its row; call it in the order of the ids. False: the session's event would need a name that
 * is NULL.
 */
MUSTUSE bool bulk_rows_add(struct bulk_rows *rows, const struct bulk_row *row, int64_t decided_us, struct arena *arena);

/** Makes the parameters. `ids` is the result of sql/bulk_session_ids.sql, with one id for each session. */
void bulk_rows_number(struct bulk_rows *rows, const struct pg_result *ids);

#endif
