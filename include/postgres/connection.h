/**
 * One connection to PostgreSQL, non-blocking, in a session with the settings of sql/session.sql. What is asked on it:
 * postgres/question.h. One thread.
 */
#ifndef POSTGRES_CONNECTION_H
#define POSTGRES_CONNECTION_H

#include "core/err.h"
#include "ops/config.h"

struct pg_conn;   /* PGconn */
struct pg_result; /* PGresult */

enum connection_state {
    CONNECTION_CLOSED = 0,
    CONNECTION_CONNECTING,
    CONNECTION_SETTING,
    CONNECTION_OPEN,
};

/** Visible for question.c; others use the functions. */
struct connection {
    const struct config *config;
    char *reread;       /* what postgres.conninfo.file said at its last good reading; NULL: as configured */
    struct pg_conn *pg; /* NULL when closed */
    enum connection_state state;
    int polling;              /* PostgresPollingStatusType, while connecting */
    int64_t deadline_ms;      /* of what is under way */
    struct pg_result *answer; /* what has come of it so far: the last result, or the first error */
    bool not_durable;         /* the server said so while it answered */
    bool was_open;
    int64_t refused_since_ms; /* when a password that had worked began to be refused; 0 while it is not */
};

/** No connection is made yet. Borrows the configuration: postgres.conninfo, its file, and postgres.schema. */
struct connection *connection_new(const struct config *config);
void connection_free(struct connection *connection);

/**
 * Connects and makes the settings. Call again while PENDING. FAILED: ERR_RENEW (no server, one that is starting or
 * takes no writes; try again) or ERR_STOP. A password that worked before is tried for 60 s more; postgres.conninfo.file
 * and what libpq reads from files (passfile, service) are read anew each time.
 */
enum progress connection_open(struct connection *connection, int timeout_ms, struct err *err);

/** Drops the connection and what was asked. */
void connection_close(struct connection *connection);

/** Waits for poll's `events` until the time or the deadline, whichever is first. A signal ends the wait early, so that
 * whoever waits sees the stop flag. */
bool connection_wait(const struct connection *connection, short events, int64_t until_ms);

#endif
