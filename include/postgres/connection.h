/**
 * One connection to PostgreSQL, non-blocking. postgres/query.h sends queries on it; postgres/session.h opens it. One
 * thread.
 *
 * Nothing is set for the whole session: settings last for one transaction (sql/local_settings.sql). In each of them the
 * server's process id, which sql/session.sql has answered, tells whether the connection still leads to the same
 * session. So a pooler that gives each transaction another server connection is noticed, and keeps nothing of ours.
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
    CONNECTION_CANCELLING, /* cancelling what the connection before has left behind */
    CONNECTION_OPEN,
};

/** Columns of sql/session.sql. Those from the backend on are the parameters of sql/local_settings.sql. */
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

/** Visible for query.c and session.c; all others use the functions. */
struct connection {
    const struct config *config;
    char *reread; /* the contents of postgres.conninfo.file when it was last readable; NULL: as configured */
    struct hosts hosts;
    struct pg_conn *pg; /* NULL when closed */
    enum connection_state state;
    int polling;               /* PostgresPollingStatusType, while connecting */
    int64_t deadline_ms;       /* of the step that is under way */
    struct pg_result *session; /* the answer of sql/session.sql; NULL until then */
    /* The session of an earlier connection, which was closed while the server still worked for it */
    struct pg_result *left;
    struct pg_result *answer; /* what has come so far: the last result, or the first error */
    int finished;             /* how many statements of the transaction under way have brought all their results */
    int settings_at;          /* which of them makes the settings; -1: none */
    int wanted;               /* which of them has the answer; of several the first */
    int syncs;                /* how often the server still has to say that it is ready for more */
    int several;              /* how many statements have an answer, in `results` instead of `answer`; 0: one */
    struct pg_result *results[CONNECTION_RESULTS]; /* of query_several, until the next query */
    bool elsewhere;                                /* a transaction ran in another session than this one */
    bool rows;            /* the query under way sends rows, which may be the cause of an error */
    char error_table[64]; /* the table that the last error named; "": none */
    bool not_durable;     /* the server said so while it answered */
    bool was_open;
    int64_t session_ms;       /* when the session answered */
    int64_t left_ms;          /* when the session that was left behind had answered */
    int64_t refused_since_ms; /* when a password that had worked began to be refused; 0 while it is not */
};

/**
 * Makes the object; it does not connect yet. Borrows the configuration: postgres.conninfo, its file, and
 * postgres.schema.
 */
struct connection *connection_new(const struct config *config);

/** Frees everything. What the server still does for it is not cancelled; session_free does that. */
void connection_free(struct connection *connection);

/**
 * Goes on until the server has accepted the login, for session.c. Call it again while PENDING. FAILED: ERR_RENEW or
 * ERR_STOP.
 */
MUSTUSE enum progress connection_connect(struct connection *connection, int64_t until_ms, struct err *err);

/** Clears and forgets `results`. */
void connection_forget_results(struct connection *connection);

/** True when an open connection without a query still exists. It does not wait. False: ERR_RENEW. */
MUSTUSE bool connection_alive(struct connection *connection, struct err *err);

/**
 * Drops the connection and the query on it. What the server still does for it is cancelled as soon as there is another
 * connection. It does not block.
 */
void connection_close(struct connection *connection);

/** statement_timeout of the session in milliseconds; 0: none, or no session. */
int64_t connection_statement_ms(const struct connection *connection);

/**
 * Waits for poll's `events`, until `until_ms` or the deadline, whichever is first. A signal ends the wait early, so
 * that the caller sees the stop flag.
 */
bool connection_wait(const struct connection *connection, short events, int64_t until_ms);

#endif
