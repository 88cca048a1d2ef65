/**
 * A session with PostgreSQL: the layer above a connection (postgres/connection.h) and a query (postgres/query.h). The
 * store opens one step by step; tools, which have nothing else to do, wait for it.
 */
#ifndef POSTGRES_SESSION_H
#define POSTGRES_SESSION_H

#include "postgres/connection.h"

/**
 * Connects and asks for the properties of the session. Call it again while PENDING. FAILED: ERR_RENEW (no server, or
 * one that is starting or accepts no writes; try again) or ERR_STOP. A password that worked before is tried for 60 s
 * more. postgres.conninfo.file and the files that libpq reads (passfile, service) are read anew each time.
 */
MUSTUSE enum progress session_open(struct connection *connection, int timeout_ms, struct err *err);

/**
 * Ends the session and frees the connection. It takes a second at most, when the server is silent and still has
 * something of ours to cancel.
 */
void session_free(struct connection *connection);

/* For tools: these wait, and every failure is ERR_STOP with its exit code. */

/** Connects, and waits for it. A stop ends the wait. */
MUSTUSE bool session_must_open(struct connection *connection, struct err *err);

/**
 * Waits for the answer to a query; `sent` is the result of the function of postgres/query.h that has sent it. A query
 * that was sent is always waited for. The caller frees `*result` with PQclear; it may be NULL. `result` may be NULL
 * when nobody wants it.
 */
MUSTUSE bool session_must_answer(struct connection *connection, bool sent, struct pg_result **result, struct err *err);

/**
 * Finds out whether the role may use that schema. If not, its tables look as if they did not exist. A schema that does
 * not exist counts as usable.
 */
MUSTUSE bool session_may_use(struct connection *connection, const char *schema, bool *may, struct err *err);

/**
 * Fills ERR_STOP because the role may not read the ledger in that schema, with the grants that it lacks; returns false.
 */
bool session_say_grant(const char *schema, struct err *err);

#endif
