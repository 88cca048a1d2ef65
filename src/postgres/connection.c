#include "postgres/connection.h"

#include "core/counters.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "config/secret.h"
#include "postgres/conninfo.h"
#include "postgres/pg_error.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECT_MS 30000 /* for one attempt over all hosts of the list */
/* For how long a password that worked is tried when it is refused, because it is being changed */
#define PASSWORD_MS 60000

struct connection *connection_new(const struct config *config)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        abort();
    connection->config = config;
    return connection;
}

/*
 * A commit that waits for a synchronous standby does not notice that its client is gone, not even where the server
 * looks for clients (client_connection_check_interval). Unless the next connection cancels it, such backends pile up.
 * PQcancel does not help, because it connects and waits without a limit.
 */
static void leave_behind(struct connection *connection)
{
    if (connection->left != NULL || connection->session == NULL || PQtransactionStatus(connection->pg) == PQTRANS_IDLE)
        return;
    connection->left = connection->session;
    connection->left_ms = connection->session_ms;
    connection->session = NULL;
}

void connection_forget_results(struct connection *connection)
{
    for (int i = 0; i < CONNECTION_RESULTS; i++) {
        PQclear(connection->results[i]);
        connection->results[i] = NULL;
    }
    connection->several = 0;
}

void connection_close(struct connection *connection)
{
    leave_behind(connection);
    PQclear(connection->answer);
    connection_forget_results(connection);
    PQclear(connection->session);
    connection->answer = NULL;
    connection->session = NULL;
    PQfinish(connection->pg);
    connection->pg = NULL;
    connection->state = CONNECTION_CLOSED;
}

void connection_free(struct connection *connection)
{
    if (connection == NULL)
        return;
    connection_close(connection);
    PQclear(connection->left);
    hosts_forget(&connection->hosts);
    free(connection->reread);
    free(connection);
}

int64_t connection_statement_ms(const struct connection *connection)
{
    if (connection->session == NULL)
        return 0;
    return strtoll(PQgetvalue(connection->session, 0, SESSION_STATEMENT_MS), NULL, 10);
}

bool connection_wait(const struct connection *connection, short events, int64_t until_ms)
{
    struct pollfd fd = {.fd = PQsocket(connection->pg), .events = events};
    int64_t left = (until_ms < connection->deadline_ms ? until_ms : connection->deadline_ms) - clock_ms();

    return poll(&fd, 1, left > 0 ? (int)left : 0) > 0;
}

/* ---- A connection that fails ------------------------------------------------------------------------------------- */

/*
 * libpq 15 gives no SQLSTATE for a connection that fails, but verbose messages contain it: "FATAL:  28P01: password
 * authentication failed", that is the severity (translated), two blanks, the SQLSTATE. With several hosts it is the one
 * of the last. False: the server said nothing.
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

/* A password is changed on the server and in the file, one after the other. */
static bool password_in_change(struct connection *connection, const char *sqlstate)
{
    if (!connection->was_open || strncmp(sqlstate, "28", 2) != 0)
        return false;
    if (connection->refused_since_ms == 0)
        connection->refused_since_ms = clock_ms();
    return clock_ms() - connection->refused_since_ms < PASSWORD_MS;
}

/*
 * Containers run under user ids that /etc/passwd does not have. libpq then finds no user to log in as and gives up
 * before it connects, with a translated message.
 */
static bool user_is_missing(const struct connection *connection)
{
    const char *user = PQuser(connection->pg);

    if (user != NULL && *user != 0)
        return false;
    errno = 0;
    return getpwuid(geteuid()) == NULL && (errno == 0 || errno == ENOENT || errno == ESRCH);
}

MUSTUSE static enum progress refuse_nameless(struct connection *connection, struct err *err)
{
    (void)err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_USER,
                  "PostgreSQL: no user to log in as: none is set, and user id %u of this process has no name in "
                  "/etc/passwd\n  fix: user=... in postgres.conninfo, or PGUSER",
                  (unsigned)geteuid());
    connection_close(connection);
    return FAILED;
}

/* There is no SQLSTATE: the counters count it as a lost connection. */
static bool unreachable(struct err *err, const char *code, const char *why)
{
    counters_postgres_error(NULL);
    return err_set(err, ERR_RENEW, EXIT_UNREACHABLE, code, "PostgreSQL: %s", why);
}

MUSTUSE static enum progress connect_failed(struct connection *connection, struct err *err)
{
    const char *message = PQerrorMessage(connection->pg);
    const char *text = message;
    char sqlstate[6] = "28P01";
    char line[512];

    if (user_is_missing(connection))
        return refuse_nameless(connection, err);
    bool known = find_sqlstate(message, sqlstate, &text) || PQconnectionNeedsPassword(connection->pg) != 0;
    snprintf(line, sizeof line, "%s", text);
    line[strcspn(line, "\n")] = 0;
    if (known)
        pg_error_classify(&(struct pg_error){.sqlstate = sqlstate, .message = line, .session = true}, err);
    else
        unreachable(err, E_PG_08001, line);

    if (err->class == ERR_ISOLATE)
        err->class = ERR_STOP;
    if (err->class == ERR_RETRY || password_in_change(connection, sqlstate))
        err->class = ERR_RENEW;
    err_prefix(err, "cannot connect");
    connection_close(connection);
    return FAILED;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

/*
 * Runs inside PQconsumeInput and PQgetResult. "canceling wait for synchronous replication" is only a warning with a
 * translated text, but the name of the function that gives it is not translated.
 */
static void on_notice(void *opaque, const PGresult *notice)
{
    struct connection *connection = opaque;
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    if (function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0)
        connection->not_durable = true;
}

/*
 * The present contents of postgres.conninfo.file. While somebody writes it, it may be empty or incomplete; then the
 * earlier contents.
 */
static const char *current_conninfo(struct connection *connection)
{
    const char *path = connection->config->postgres_conninfo_file;
    char *text = path == NULL ? NULL : secret_read(path);

    if (text != NULL && *text != 0 && conninfo_legal(text)) {
        free(connection->reread);
        connection->reread = text;
    } else {
        if (path != NULL && (text == NULL || strcmp(text, connection->config->postgres_conninfo) != 0))
            log_warning(E_CONFIG_08,
                        "postgres.conninfo.file: no connection string in %s now: going on with the last one", path);
        free(text);
    }
    return connection->reread != NULL ? connection->reread : connection->config->postgres_conninfo;
}

static bool connect_start(struct connection *connection, struct err *err)
{
    const char *text = current_conninfo(connection);
    struct conninfo conninfo;

    if (!conninfo_complete(text, &conninfo, err))
        return false;
    hosts_complete(&connection->hosts, text, &conninfo);
    connection->pg = PQconnectStartParams(conninfo.keywords, conninfo.values, 1);
    if (connection->pg == NULL)
        abort();
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection->pg, on_notice, connection);
    hosts_begin(&connection->hosts, connection->pg, clock_ms());
    connection->polling = PQstatus(connection->pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    connection->deadline_ms = clock_ms() + CONNECT_MS;
    connection->state = CONNECTION_CONNECTING;
    return true;
}

/* The server is silent, or as good as silent: all hosts together, or one of several. */
static bool connect_overdue(struct connection *connection, struct err *err)
{
    if (hosts_overdue(&connection->hosts, connection->pg, clock_ms())) {
        const char *text = connection->reread != NULL ? connection->reread : connection->config->postgres_conninfo;
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_08001,
                "PostgreSQL: %.200s (port %.10s) does not answer within connect_timeout; the next host is tried",
                PQhost(connection->pg), PQport(connection->pg));
        hosts_turn(&connection->hosts, connection->pg, text);
        return true;
    }
    if (clock_ms() < connection->deadline_ms)
        return false;
    err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_08001, "PostgreSQL: no answer to a connection within %d s",
            CONNECT_MS / 1000);
    return true;
}

enum progress connection_connect(struct connection *connection, int64_t until_ms, struct err *err)
{
    if (connection->state == CONNECTION_CLOSED && !connect_start(connection, err))
        return FAILED;
    while (connection->polling != PGRES_POLLING_OK) {
        if (connection->polling == PGRES_POLLING_FAILED)
            return connect_failed(connection, err);
        short events = connection->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (connection_wait(connection, events, until_ms)) {
            connection->polling = (int)PQconnectPoll(connection->pg);
        } else if (connect_overdue(connection, err)) {
            connection_close(connection);
            return FAILED;
        } else {
            return PENDING;
        }
    }
    return DONE;
}

/* A server that stops says so and closes: the first read takes the message, the second finds the end. */
bool connection_alive(struct connection *connection, struct err *err)
{
    bool there = connection->state == CONNECTION_OPEN && PQconsumeInput(connection->pg) == 1 &&
                 PQconsumeInput(connection->pg) == 1 && PQstatus(connection->pg) == CONNECTION_OK;

    return there || unreachable(err, E_PG_08006, "the server has closed the connection");
}
