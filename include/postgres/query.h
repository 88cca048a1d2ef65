/**
 * What is asked on an open connection: one query at a time, with a deadline.
 *
 * An answer counts only when the server is ready for the next query: the commit of a statement comes after its rows
 * and can still fail. After ERR_RENEW the connection is closed; connection_open makes a new one.
 */
#ifndef POSTGRES_QUERY_H
#define POSTGRES_QUERY_H

#include "postgres/array.h"
#include "postgres/connection.h"

/* True: all of it is sent, the answer is for `query_result`. False: ERR_RENEW. Each is a transaction of its own, with the
 * settings of sql/local_settings.sql, unless `query_begin` has opened one for several. */

MUSTUSE bool query_prepare(struct connection *connection, const char *name, const char *sql, struct err *err);

/** Binary results. After `parameters` the statement gets one more, the backend of the session: elsewhere it must do nothing. */
MUSTUSE bool query_execute(struct connection *connection, const char *name, const struct array *parameters, int count,
                           struct err *err);

/** The same with a statement that is not prepared. */
MUSTUSE bool query_execute_once(struct connection *connection, const char *sql, const struct array *parameters,
                                int count, struct err *err);

/**
 * What would happen: as `query_execute`, but deferred constraints are checked at once, and in the end everything is
 * rolled back.
 */
MUSTUSE bool query_try(struct connection *connection, const char *name, const struct array *parameters, int count,
                       struct err *err);

/** One statement, results as text. $1 = parameter unless NULL. */
MUSTUSE bool query_text(struct connection *connection, const char *sql, const char *parameter, struct err *err);

/** Opens a transaction for the queries that follow; `query_script` with COMMIT ends it. */
MUSTUSE bool query_begin(struct connection *connection, struct err *err);

/** Several statements, as they are. Outside of `query_begin` they run without our settings. */
MUSTUSE bool query_script(struct connection *connection, const char *sql, struct err *err);

/** For connection.c: parameters and results as text, without our settings. */
MUSTUSE bool query_session(struct connection *connection, const char *sql, const char *const *parameters, int count,
                           struct err *err);

/**
 * DONE: the result (of several statements the last one's), to be freed with PQclear. FAILED: ERR_RETRY, also when the
 * wait for a synchronous standby was cancelled (committed here, but not durable); ERR_RENEW, also when the deadline of
 * 60 s has passed; ERR_ISOLATE; ERR_STOP, also when a pooler gave the transaction another session.
 */
MUSTUSE enum progress query_result(struct connection *connection, int timeout_ms, struct pg_result **result,
                                   struct err *err);

/** For tools, which do not wait for a server to come back: whatever failed becomes ERR_STOP with its exit code. False. */
bool query_give_up(struct err *err);

#endif
