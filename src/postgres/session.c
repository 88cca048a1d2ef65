#include "postgres/session.h"

#include "core/status.h"
#include "gen/sql.h"
#include "runtime/clock.h"
#include "runtime/stop.h"
#include "postgres/query.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>

#define CANCEL_MS     1000 /* at the end, for cancelling what is left behind */
#define OLDEST_SERVER 130000
#define WAIT_MS       250

static bool session_send(struct connection *connection, struct err *err)
{
    int version = PQserverVersion(connection->pg);

    if (version < OLDEST_SERVER) {
        connection_close(connection);
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_VERSION,
                       "PostgreSQL: the server is version %d\n  fix: 13 or newer is needed", version / 10000);
    }
    PQsetnonblocking(connection->pg, 1);
    connection->state = CONNECTION_ASKING;
    return query_session(connection, sql_session, (const char *const[]){connection->config->postgres_schema}, 1, err);
}

/* The session is open, or what the connection before left behind must be cancelled first. */
static bool cancel_send(struct connection *connection, struct err *err)
{
    char age[24];

    if (connection->left == NULL) {
        connection->state = CONNECTION_OPEN;
        return true;
    }
    snprintf(age, sizeof age, "%" PRId64, connection->session_ms - connection->left_ms);
    const char *parameters[] = {PQgetvalue(connection->left, 0, SESSION_BACKEND_PID), age};
    connection->state = CONNECTION_CANCELLING;
    return query_session(connection, sql_cancel_former, parameters, 2, err);
}

/* If the server does not allow it, its own time-outs end what was left behind. */
MUSTUSE static enum progress cancel_receive(struct connection *connection, int64_t until_ms, struct err *err)
{
    PGresult *result;
    int64_t left = until_ms - clock_ms();
    enum progress progress = query_result(connection, left > 0 ? (int)left : 0, &result, err);

    PQclear(result);
    if (progress == PENDING || connection->pg == NULL)
        return progress;
    PQclear(connection->left);
    connection->left = NULL;
    connection->state = CONNECTION_OPEN;
    return DONE;
}

/* For whoever looks at the worker: which server this is. */
static void tell_status(const struct connection *connection)
{
    struct database_status database = {
        .version = PQserverVersion(connection->pg),
        .waits_for_standby = *PQgetvalue(connection->session, 0, SESSION_WAITS_FOR_STANDBY) == 't',
    };

    snprintf(database.host, sizeof database.host, "%s", PQhost(connection->pg));
    snprintf(database.port, sizeof database.port, "%s", PQport(connection->pg));
    status_database(&database);
}

MUSTUSE static enum progress session_receive(struct connection *connection, int64_t until_ms, struct err *err)
{
    PGresult *result;
    int64_t left = until_ms - clock_ms();
    enum progress progress = query_result(connection, left > 0 ? (int)left : 0, &result, err);

    if (progress == FAILED)
        connection_close(connection);
    if (progress != DONE)
        return progress;
    connection->session = result;
    if (*PQgetvalue(result, 0, SESSION_READ_ONLY) == 't') {
        connection_close(connection);
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_25006,
                "PostgreSQL: the server takes no writes: a standby, or default_transaction_read_only; "
                "target_session_attrs=read-write in postgres.conninfo finds the primary among several hosts");
        return FAILED;
    }
    tell_status(connection);
    hosts_forget(&connection->hosts);
    connection->was_open = true;
    connection->refused_since_ms = 0;
    connection->session_ms = clock_ms();
    return cancel_send(connection, err) ? DONE : FAILED;
}

enum progress session_open(struct connection *connection, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    if (connection->state <= CONNECTION_CONNECTING) {
        enum progress progress = connection_connect(connection, until, err);
        if (progress != DONE)
            return progress;
        if (!session_send(connection, err))
            return FAILED;
    }
    if (connection->state == CONNECTION_ASKING) {
        enum progress progress = session_receive(connection, until, err);
        if (progress != DONE)
            return progress;
    }
    return connection->state == CONNECTION_CANCELLING ? cancel_receive(connection, until, err) : DONE;
}

/* No connection will follow, so one is made for this, if the server answers. */
static void cancel_at_the_end(struct connection *connection)
{
    struct err ignored;

    if (connection->left == NULL)
        return;
    enum progress cancelled = session_open(connection, CANCEL_MS, &ignored);
    (void)cancelled; /* one try, no more */
    connection_close(connection);
}

void session_free(struct connection *connection)
{
    if (connection == NULL)
        return;
    connection_close(connection);
    cancel_at_the_end(connection);
    connection_free(connection);
}

/* ---- For tools --------------------------------------------------------------------------------------------------- */

/* Tools do not wait for a server to come back. */
static bool give_up(struct err *err)
{
    if (err->class == ERR_RENEW)
        err->exit_code = EXIT_UNREACHABLE;
    if (err->class == ERR_RETRY)
        err->exit_code = EXIT_TIMEOUT;
    err->class = ERR_STOP;
    return false;
}

bool session_must_open(struct connection *connection, struct err *err)
{
    enum progress progress;

    do {
        if (stop_requested())
            return err_interrupted(err, "waiting for PostgreSQL");
        progress = session_open(connection, WAIT_MS, err);
    } while (progress == PENDING);
    return progress == DONE || give_up(err);
}

bool session_must_answer(struct connection *connection, bool sent, PGresult **result, struct err *err)
{
    enum progress progress = sent ? PENDING : FAILED;
    PGresult *answer = NULL;

    while (progress == PENDING)
        progress = query_result(connection, WAIT_MS, &answer, err);
    if (result != NULL)
        *result = answer;
    else
        PQclear(answer);
    return progress == DONE || give_up(err);
}

bool session_may_use(struct connection *connection, const char *schema, bool *may, struct err *err)
{
    PGresult *result;
    bool answered =
        session_must_answer(connection, query_text(connection, sql_may_use_schema, schema, err), &result, err);

    *may = answered && (PQntuples(result) == 0 || *PQgetvalue(result, 0, 0) == 't');
    PQclear(result);
    return answered;
}

bool session_say_grant(const char *schema, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_PERMISSION, E_PG_GRANTS,
                   "the present role may not read what was decided\n"
                   "  fix: as the owner of the tables:\n"
                   "    GRANT USAGE ON SCHEMA \"%.64s\" TO ...; GRANT SELECT ON \"%.64s\".command_outcomes TO ...;",
                   schema, schema);
}
