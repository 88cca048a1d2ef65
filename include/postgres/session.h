/**
 * A session with PostgreSQL: what stands above a connection (postgres/connection.h) and a query (postgres/query.h). The store opens one
 * step by step; tools, which have nothing else to do, wait for it.
 */
#ifndef POSTGRES_SESSION_H
#define POSTGRES_SESSION_H

#include "postgres/connection.h"

/**
 * Connects and asks what the session is like. Call again while PENDING. FAILED: ERR_RENEW (no server, one that is starting or
 * takes no writes; try again) or ERR_STOP. A password that worked before is tried for 60 s more; postgres.conninfo.file
 * and what libpq reads from files (passfile, service) are read anew each time.
 */
MUSTUSE enum progress session_open(struct connection *connection, int timeout_ms, struct err *err);

/** Ends it and frees the connection. Takes a second at most, when the server is silent and still has something of ours to cancel. */
void session_free(struct connection *connection);

/* For tools: they wait, and whatever failed is ERR_STOP with its exit code. */

/** A stop ends the wait. */
MUSTUSE bool session_must_open(struct connection *connection, struct err *err);

/**
 * Waits for the answer to a query, `sent` being what its function of postgres/query.h said: a query that was sent is always waited
 * for. The caller frees `*result`, which may be NULL; `result` NULL: it is of no interest.
 */
MUSTUSE bool session_must_answer(struct connection *connection, bool sent, struct pg_result **result, struct err *err);

/** Whether the role may use that schema: else its tables look as if they did not exist. True also for a schema that is not there. */
MUSTUSE bool session_may_use(struct connection *connection, const char *schema, bool *may, struct err *err);

/** The role may not read the ledger in that schema: ERR_STOP with the grants that it lacks; returns false. */
bool session_say_grant(const char *schema, struct err *err);

#endif
