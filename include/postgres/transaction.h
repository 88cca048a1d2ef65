/**
 * The transaction around one query: BEGIN, the settings of sql/local_settings.sql, the query, COMMIT. All of it is
 * one pipeline, so it takes one round trip, and the query runs with settings that nobody else ever meets.
 *
 * Between `transaction_begin` and `transaction_end` one statement is sent, or as many as `connection->several` says. For
 * postgres/query.h. One thread.
 */
#ifndef POSTGRES_TRANSACTION_H
#define POSTGRES_TRANSACTION_H

#include "postgres/connection.h"

enum transaction_end {
    TRANSACTION_COMMIT,
    TRANSACTION_ROLLBACK,
    TRANSACTION_STAYS_OPEN, /* the following statements run in it, too */
};

/* False: libpq could not send it, and PQerrorMessage says why. */

MUSTUSE bool transaction_begin(struct connection *connection);
/** The following statements run in the transaction that TRANSACTION_STAYS_OPEN has left open. */
MUSTUSE bool transaction_go_on(struct connection *connection);
/** After `transaction_begin`: deferred constraints are checked with each statement. */
MUSTUSE bool transaction_check_constraints(struct connection *connection);
/**
 * Between two statements: the server then waits for the second one as for a client that is idle in its transaction, with a
 * time-out. Without, one that has come in part only (its client was stopped) keeps the locks of the first for ever: no
 * time-out of the server runs within a pipeline.
 */
MUSTUSE bool transaction_sync(struct connection *connection);
MUSTUSE bool transaction_end(struct connection *connection, enum transaction_end end);

/** Takes what PQgetResult gave, also NULL. True: all has come, and `connection->answer` is the statement's result or the
 * first error. A transaction that failed has been rolled back by then. */
MUSTUSE bool transaction_take(struct connection *connection, struct pg_result *result);

/** True when the result is an error; so is NULL, for a connection that was lost. */
bool transaction_failed(const struct pg_result *result);

/** The first error, or else the last result, stays in `connection->answer`. Takes the result. */
void transaction_keep(struct connection *connection, struct pg_result *result);

#endif
