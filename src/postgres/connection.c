#include "postgres/connection.h"

#include "gen/sql.h"
#include "ops/clock.h"
#include "ops/log.h"
#include "ops/secret.h"
#include "postgres/conninfo.h"
#include "postgres/pg_error.h"
#include "postgres/question.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_MS    30000 /* for one attempt, all hosts of the list together */
#define PASSWORD_MS   60000 /* how long a password that worked is tried when it is refused: it is being changed */
#define OLDEST_SERVER 130000

struct connection *connection_new(const struct config *config)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        abort();
    connection->config = config;
    return connection;
}

void connection_free(struct connection *connection)
{
    if (connection == NULL)
        return;
    connection_close(connection);
    free(connection->reread);
    free(connection);
}

void connection_close(struct connection *connection)
{
    PQclear(connection->answer);
    PQclear(connection->session);
    connection->answer = NULL;
    connection->session = NULL;
    PQfinish(connection->pg);
    connection->pg = NULL;
    connection->state = CONNECTION_CLOSED;
}

bool connection_wait(const struct connection *connection, short events, int64_t until_ms)
{
    struct pollfd fd = {.fd = PQsocket(connection->pg), .events = events};
    int64_t left = (until_ms < connection->deadline_ms ? until_ms : connection->deadline_ms) - clock_ms();

    return poll(&fd, 1, left > 0 ? (int)left : 0) > 0;
}

/* ---- A connection that fails ------------------------------------------------------------------------------------- */

/*
 * libpq 15 has no SQLSTATE for a connection that fails, but in verbose messages it writes
 * "FATAL:  28P01: password authentication failed": severity (translated), two blanks, SQLSTATE. With several hosts the
 * last one speaks. False: the server said nothing.
 */
static bool find_sqlstate(const char *message, char sqlstate[static 6], const char **text)
{
    bool found = false;

    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 3, ":  ")) {
        if (strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 || strncmp(at + 8, ": ", 2) != 0)
            continue;
        snprintf(sqlstate, 6, "%.5s", at + 3);
        *text = at + 10;
        found = true;
    }
    return found;
}

/* A password is changed on the server and in the file one after the other. */
static bool password_in_change(struct connection *connection, const char *sqlstate)
{
    if (!connection->was_open || strncmp(sqlstate, "28", 2) != 0)
        return false;
    if (connection->refused_since_ms == 0)
        connection->refused_since_ms = clock_ms();
    return clock_ms() - connection->refused_since_ms < PASSWORD_MS;
}

static enum progress connect_failed(struct connection *connection, struct err *err)
{
    const char *message = PQerrorMessage(connection->pg);
    const char *text = message;
    char sqlstate[6] = "28P01";
    char line[512];

    bool known = find_sqlstate(message, sqlstate, &text) || PQconnectionNeedsPassword(connection->pg) != 0;
    snprintf(line, sizeof line, "%s", text);
    line[strcspn(line, "\n")] = 0;
    if (known)
        pg_error_classify(&(struct pg_error){.sqlstate = sqlstate, .message = line, .session = true}, err);
    else
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, "E-PG-08001", "PostgreSQL: %s", line);

    if (err->class == ERR_ISOLATE)
        err->class = ERR_STOP;
    if (err->class == ERR_RETRY || password_in_change(connection, sqlstate))
        err->class = ERR_RENEW;
    err_prefix(err, "cannot connect");
    connection_close(connection);
    return FAILED;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

/* Runs inside PQconsumeInput and PQgetResult. "canceling wait for synchronous replication" is a mere warning, and its
 * text is translated; the function that gives it is not. */
static void on_notice(void *opaque, const PGresult *notice)
{
    struct connection *connection = opaque;
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    if (function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0)
        connection->not_durable = true;
}

/* What postgres.conninfo.file says now. While somebody writes it, it may be empty or cut: then what it said before. */
static const char *current_conninfo(struct connection *connection)
{
    const char *path = connection->config->postgres_conninfo_file;
    char *text = path == NULL ? NULL : secret_read(path);

    if (text != NULL && *text != 0 && conninfo_legal(text)) {
        free(connection->reread);
        connection->reread = text;
    } else {
        if (path != NULL && (text == NULL || strcmp(text, connection->config->postgres_conninfo) != 0))
            log_warning("E-CONFIG-08",
                        "postgres.conninfo.file: no connection string in %s now: going on with the last one", path);
        free(text);
    }
    return connection->reread != NULL ? connection->reread : connection->config->postgres_conninfo;
}

static bool connect_start(struct connection *connection, struct err *err)
{
    struct conninfo conninfo;

    if (!conninfo_complete(current_conninfo(connection), &conninfo, err))
        return false;
    connection->pg = PQconnectStartParams(conninfo.keywords, conninfo.values, 1);
    if (connection->pg == NULL)
        abort();
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection->pg, on_notice, connection);
    connection->polling = PQstatus(connection->pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    connection->deadline_ms = clock_ms() + CONNECT_MS;
    connection->state = CONNECTION_CONNECTING;
    return true;
}

static enum progress connect_step(struct connection *connection, int64_t until_ms, struct err *err)
{
    while (connection->polling != PGRES_POLLING_OK) {
        if (connection->polling == PGRES_POLLING_FAILED)
            return connect_failed(connection, err);
        short events = connection->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (connection_wait(connection, events, until_ms)) {
            connection->polling = (int)PQconnectPoll(connection->pg);
        } else if (clock_ms() >= connection->deadline_ms) {
            connection_close(connection);
            err_set(err, ERR_RENEW, EXIT_UNREACHABLE, "E-PG-08001", "PostgreSQL: no answer to a connection within %d s",
                    CONNECT_MS / 1000);
            return FAILED;
        } else {
            return PENDING;
        }
    }
    return DONE;
}

static bool session_send(struct connection *connection, struct err *err)
{
    int version = PQserverVersion(connection->pg);

    if (version < OLDEST_SERVER) {
        connection_close(connection);
        return err_set(err, ERR_STOP, EXIT_CONFIG, "E-PG-VERSION",
                       "PostgreSQL: the server is version %d\n  fix: 13 or newer is needed", version / 10000);
    }
    PQsetnonblocking(connection->pg, 1);
    connection->state = CONNECTION_ASKING;
    return question_session(connection, sql_session, connection->config->postgres_schema, err);
}

static enum progress session_receive(struct connection *connection, int64_t until_ms, struct err *err)
{
    PGresult *result;
    int64_t left = until_ms - clock_ms();
    enum progress progress = question_answer(connection, left > 0 ? (int)left : 0, &result, err);

    if (progress == FAILED)
        connection_close(connection);
    if (progress != DONE)
        return progress;
    connection->session = result;
    if (*PQgetvalue(result, 0, SESSION_READ_ONLY) == 't') {
        connection_close(connection);
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, "E-PG-25006",
                "PostgreSQL: the server takes no writes: a standby, or default_transaction_read_only; "
                "target_session_attrs=read-write in postgres.conninfo finds the primary among several hosts");
        return FAILED;
    }
    connection->state = CONNECTION_OPEN;
    connection->was_open = true;
    connection->refused_since_ms = 0;
    return DONE;
}

enum progress connection_open(struct connection *connection, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    if (connection->state == CONNECTION_CLOSED && !connect_start(connection, err))
        return FAILED;
    if (connection->state == CONNECTION_CONNECTING) {
        enum progress progress = connect_step(connection, until, err);
        if (progress != DONE)
            return progress;
        if (!session_send(connection, err))
            return FAILED;
    }
    return connection->state == CONNECTION_ASKING ? session_receive(connection, until, err) : DONE;
}
