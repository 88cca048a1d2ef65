/**
 * Queries on an open connection: one at a time, with a deadline.
 *
 * An answer counts only when the server is ready for the next query, because a statement's commit comes after its rows
 * and can still fail. After ERR_RENEW the connection is closed; session_open makes a new one.
 */
#ifndef POSTGRES_QUERY_H
#define POSTGRES_QUERY_H

#include "postgres/array.h"
#include "postgres/connection.h"
#include "postgres/statement.h"

/*
 * These functions send a query. True: all of it is sent, and query_result gets the answer. False: ERR_RENEW. Each query
 * is a transaction of its own, with the settings of sql/local_settings.sql, unless query_begin has opened one for
 * several.
 */

/** Prepares statements, in one round trip. */
MUSTUSE bool query_prepare(struct connection *connection, const struct statement *statements, int count,
                           struct err *err);

/**
 * Executes a prepared statement; the results are binary. The statement gets one parameter more after `parameters`, the
 * backend of the session: in any other session it must do nothing.
 */
MUSTUSE bool query_execute(struct connection *connection, const char *name, const struct array *parameters, int count,
                           struct err *err);

/** Executes a statement that is not prepared, with the same parameters and binary results. */
MUSTUSE bool query_execute_once(struct connection *connection, const char *sql, const struct array *parameters,
                                int count, struct err *err);

/**
 * One of several statements that are sent together. It must be prepared; it gets the session's backend as one parameter
 * more.
 */
struct query_step {
    const char *name;
    const struct array *parameters;
    int count;
};

enum query_place {
    QUERY_FIRST, /* opens a transaction and leaves it open */
    QUERY_NEXT,  /* in that transaction, which stays open */
    QUERY_LAST,  /* in that transaction, which it commits */
};

/**
 * Sends at most CONNECTION_RESULTS statements in one round trip. Their results are in `connection->results`, in their
 * order, until the next query; query_result gives none. If the transaction failed it has been rolled back by then.
 */
MUSTUSE bool query_several(struct connection *connection, enum query_place place, const struct query_step *steps,
                           int count, struct err *err);

/**
 * Tries what would happen: executes a prepared statement as query_execute does, but checks deferred constraints at once
 * and rolls everything back in the end.
 */
MUSTUSE bool query_try(struct connection *connection, const char *name, const struct array *parameters, int count,
                       struct err *err);

/** Sends one statement; the results are text. $1 is `parameter`, unless that is NULL. */
MUSTUSE bool query_text(struct connection *connection, const char *sql, const char *parameter, struct err *err);

/** Opens a transaction for the queries that follow; `query_script` with COMMIT ends it. */
MUSTUSE bool query_begin(struct connection *connection, struct err *err);

/** Sends several statements without parameters. Outside of query_begin they run without our settings. */
MUSTUSE bool query_script(struct connection *connection, const char *sql, struct err *err);

/** For session.c: sends a statement with parameters and results as text, without our settings. */
MUSTUSE bool query_session(struct connection *connection, const char *sql, const char *const *parameters, int count,
                           struct err *err);

/**
 * DONE: `*result` is the result (that of the last one of several statements), to be freed with PQclear. PENDING: call
 * again. FAILED: ERR_RETRY, also when the wait for a synchronous standby was cancelled (committed here, but not
 * durable); ERR_RENEW, also when the deadline of 60 s has passed; ERR_ISOLATE; ERR_STOP, also when a pooler gave the
 * transaction another session.
 */
MUSTUSE enum progress query_result(struct connection *connection, int timeout_ms, struct pg_result **result,
                                   struct err *err);

#endif
