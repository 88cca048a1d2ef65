/**
 * The transaction around a query: BEGIN, the settings of sql/local_settings.sql, the query, COMMIT. All of it is one
 * pipeline, so it takes one round trip, and the settings apply to this query only.
 *
 * Between `transaction_begin` and `transaction_end` one statement is sent, or as many as `connection->several` says.
 * For postgres/query.h. One thread.
 */
#ifndef POSTGRES_TRANSACTION_H
#define POSTGRES_TRANSACTION_H

#include "postgres/connection.h"

enum transaction_end {
    TRANSACTION_COMMIT,
    TRANSACTION_ROLLBACK,
    TRANSACTION_STAYS_OPEN, /* the following statements run in it too */
};

/* False: libpq could not send it, and PQerrorMessage says why. */

MUSTUSE bool transaction_begin(struct connection *connection);
/** Puts the following statements into the transaction that TRANSACTION_STAYS_OPEN has left open. */
MUSTUSE bool transaction_go_on(struct connection *connection);
/** After transaction_begin: makes the server check deferred constraints with each statement. */
MUSTUSE bool transaction_check_constraints(struct connection *connection);
/**
 * Between two statements: makes the server wait for the second one as for a client that is idle in its transaction,
 * with a time-out. Without it a statement of which only a part has come, because its client was stopped, would keep the
 * locks of the first one for ever: no time-out of the server runs within a pipeline.
 */
MUSTUSE bool transaction_sync(struct connection *connection);
MUSTUSE bool transaction_end(struct connection *connection, enum transaction_end end);

/**
 * Takes what PQgetResult gave, also NULL. True: everything has come, and `connection->answer` is the statement's result
 * or the first error. A transaction that failed has been rolled back by then.
 */
MUSTUSE bool transaction_take(struct connection *connection, struct pg_result *result);

/** True when the result is an error. NULL counts as one: the connection was lost. */
bool transaction_failed(const struct pg_result *result);

/** Keeps the first error, or else the last result, in `connection->answer`. Takes the result over. */
void transaction_keep(struct connection *connection, struct pg_result *result);

#endif
