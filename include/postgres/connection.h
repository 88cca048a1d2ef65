/**
 * One connection to PostgreSQL, non-blocking. What is asked on it: postgres/query.h; who
 * opens it: postgres/session.h. One thread.
 *
 * Nothing is set for the session: settings last for one transaction (sql/local_settings.sql), and the server's process
 * id, which sql/session.sql answered, tells in each of them whether the connection still leads to the same session. A
 * pooler that gives each transaction another server connection is noticed so, and keeps nothing of ours.
 */
#ifndef POSTGRES_CONNECTION_H
#define POSTGRES_CONNECTION_H

#include "core/err.h"
#include "config/config.h"
#include "postgres/hosts.h"

struct pg_conn;   /* PGconn */
struct pg_result; /* PGresult */

enum connection_state {
    CONNECTION_CLOSED = 0,
    CONNECTION_CONNECTING,
    CONNECTION_ASKING,
    CONNECTION_CANCELLING, /* what the connection before left behind */
    CONNECTION_OPEN,
};

/** Columns of sql/session.sql; from the backend on they are the parameters of sql/local_settings.sql. */
enum session_column {
    SESSION_READ_ONLY,
    SESSION_STATEMENT_MS,
    SESSION_WAITS_FOR_STANDBY,
    SESSION_BACKEND_PID,
    SESSION_SEARCH_PATH,
    SESSION_STATEMENT_TIMEOUT,
    SESSION_LOCK_TIMEOUT,
    SESSION_IDLE_TIMEOUT,
    SESSION_JIT,
    SESSION_COLUMNS,
};

#define CONNECTION_RESULTS 8

/** Visible for query.c and session.c; others use the functions. */
struct connection {
    const struct config *config;
    char *reread; /* what postgres.conninfo.file said at its last good reading; NULL: as configured */
    struct hosts hosts;
    struct pg_conn *pg; /* NULL when closed */
    enum connection_state state;
    int polling;               /* PostgresPollingStatusType, while connecting */
    int64_t deadline_ms;       /* of what is under way */
    struct pg_result *session; /* what sql/session.sql answered; NULL until then */
    struct pg_result *left;    /* the session of a connection that was closed while the server still worked for it */
    struct pg_result *answer;  /* what has come of it so far: the last result, or the first error */
    int finished;              /* statements of the transaction under way whose results have all come */
    int settings_at;           /* which of them made the settings; -1 for none */
    int wanted;                /* which of them has the answer; of several the first */
    int syncs;                 /* how often the server is still to say that it waits for more */
    int several;               /* how many have one, in `results` instead of `answer`; 0: one */
    struct pg_result *results[CONNECTION_RESULTS]; /* of query_several, until the next query */
    bool elsewhere;                                /* a transaction ran in another session than ours */
    bool rows;            /* what is under way sends rows, which may be the cause of an error */
    char error_table[64]; /* that the last error named; "" none */
    bool not_durable;     /* the server said so while it answered */
    bool was_open;
    int64_t session_ms;       /* when the session answered */
    int64_t left_ms;          /* the same of the one that was left behind */
    int64_t refused_since_ms; /* when a password that had worked began to be refused; 0 while it is not */
};

/** No connection is made yet. Borrows the configuration: postgres.conninfo, its file, and postgres.schema. */
struct connection *connection_new(const struct config *config);

/** Frees what the server still does for it too, uncancelled: session_free cancels it. */
void connection_free(struct connection *connection);

/** For session.c: until the server has let us in. Call again while PENDING. FAILED: as session_open. */
MUSTUSE enum progress connection_connect(struct connection *connection, int64_t until_ms, struct err *err);

/** Clears `results`. */
void connection_forget_results(struct connection *connection);

/** Whether an open connection on which nothing is asked is still there; does not wait. False: ERR_RENEW. */
MUSTUSE bool connection_alive(struct connection *connection, struct err *err);

/**
 * Drops the connection and what was distinct. What the server still does for it is cancelled as soon as there is another one.
 * Blocks for nothing.
 */
void connection_close(struct connection *connection);

/** statement_timeout of the session in milliseconds; 0: none, or no session. */
int64_t connection_statement_ms(const struct connection *connection);

/** Waits for poll's `events` until the time or the deadline, whichever is first. A signal ends the wait early, so that
 * whoever waits sees the stop flag. */
bool connection_wait(const struct connection *connection, short events, int64_t until_ms);

#endif
