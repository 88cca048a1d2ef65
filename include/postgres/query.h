/**
 * What is asked on an open connection: one query at a time, with a deadline.
 *
 * An answer counts only when the server is ready for the next query: the commit of a statement comes after its rows
 * and can still fail. After ERR_RENEW the connection is closed; session_open makes a new one.
 */
#ifndef POSTGRES_QUERY_H
#define POSTGRES_QUERY_H

#include "postgres/array.h"
#include "postgres/connection.h"
#include "postgres/statement.h"

/* True: all of it is sent, the answer is for `query_result`. False: ERR_RENEW. Each is a transaction of its own, with the
 * settings of sql/local_settings.sql, unless `query_begin` has opened one for several. */

/** Prepares statements, in one round trip. */
MUSTUSE bool query_prepare(struct connection *connection, const struct statement *statements, int count,
                           struct err *err);

/** Binary results. After `parameters` the statement gets one more, the backend of the session: elsewhere it must do nothing. */
MUSTUSE bool query_execute(struct connection *connection, const char *name, const struct array *parameters, int count,
                           struct err *err);

/** The same with a statement that is not prepared. */
MUSTUSE bool query_execute_once(struct connection *connection, const char *sql, const struct array *parameters,
                                int count, struct err *err);

/** One of several statements that go out together: it was prepared; parameters as with `query_execute`. */
struct query_step {
    const char *name;
    const struct array *parameters;
    int count;
};

enum query_place {
    QUERY_FIRST, /* opens a transaction and leaves it open */
    QUERY_NEXT,  /* in that one, which stays open */
    QUERY_LAST,  /* in that one, and commits it */
};

/**
 * At most CONNECTION_RESULTS statements in one round trip. Their results are `connection->results`, in their order and
 * until the next query; `query_result` gives none. A transaction that failed has been rolled back by then.
 */
MUSTUSE bool query_several(struct connection *connection, enum query_place place, const struct query_step *steps,
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

/** For session.c: parameters and results as text, without our settings. */
MUSTUSE bool query_session(struct connection *connection, const char *sql, const char *const *parameters, int count,
                           struct err *err);

/**
 * DONE: the result (of several statements the last one's), to be freed with PQclear. FAILED: ERR_RETRY, also when the
 * wait for a synchronous standby was cancelled (committed here, but not durable); ERR_RENEW, also when the deadline of
 * 60 s has passed; ERR_ISOLATE; ERR_STOP, also when a pooler gave the transaction another session.
 */
MUSTUSE enum progress query_result(struct connection *connection, int timeout_ms, struct pg_result **result,
                                   struct err *err);

#endif
