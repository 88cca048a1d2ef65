#include "postgres/query.h"

#include "runtime/clock.h"
#include "postgres/pg_error.h"
#include "postgres/statement.h"
#include "postgres/transaction.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>

#define SEND_MS        10000 /* the server reads a whole query before it begins to work */
#define ANSWER_MS      60000 /* longer than all timeouts of the server; a commit has none */
#define PARAMETERS_MAX 16

/* The result of the query is unknown. Adds libpq's text, on one line. */
static bool connection_lost(struct connection *connection, struct err *err)
{
    char text[512];

    snprintf(text, sizeof text, "%s", PQerrorMessage(connection->pg));
    text[strcspn(text, "\n")] = 0;
    pg_error_classify(&(struct pg_error){.message = *text == 0 ? NULL : text}, err);
    connection_close(connection);
    return false;
}

/* ---- Questions --------------------------------------------------------------------------------------------------- */

/*
 * Sends what libpq could not hand to the kernel yet, so that the server can work while nobody looks at the socket.
 * Input is read meanwhile: a server that cannot write its notices does not read either.
 */
static bool query_flush(struct connection *connection, bool sent, struct err *err)
{
    connection->deadline_ms = clock_ms() + SEND_MS;
    if (!sent)
        return connection_lost(connection, err);
    for (;;) {
        int left = PQflush(connection->pg);
        if (left == 0) {
            connection->deadline_ms = clock_ms() + ANSWER_MS;
            return true;
        }
        if (left < 0 || clock_ms() >= connection->deadline_ms)
            return connection_lost(connection, err);
        if (connection_wait(connection, POLLIN | POLLOUT, connection->deadline_ms) &&
            PQconsumeInput(connection->pg) == 0)
            return connection_lost(connection, err);
    }
}

static bool query_ready(struct connection *connection, struct err *err)
{
    connection_forget_results(connection);
    connection->not_durable = false;
    connection->rows = false;
    connection->elsewhere = false;
    if (connection->pg != NULL)
        return true;
    return err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_08003, "PostgreSQL: not connected");
}

bool query_prepare(struct connection *connection, const struct statement *list, int count, struct err *err)
{
    if (!query_ready(connection, err))
        return false;
    bool sent = transaction_begin(connection);
    for (int i = 0; i < count && sent; i++)
        sent = PQsendPrepare(connection->pg, list[i].name, list[i].sql, 0, NULL) == 1;
    sent = sent && transaction_end(connection, TRANSACTION_COMMIT);
    return query_flush(connection, sent, err);
}

/* A statement with a name is prepared. After the parameters comes the backend of the session, as text. */
static bool send_statement(struct connection *connection, struct statement statement, const struct array *parameters,
                           int count)
{
    const char *values[PARAMETERS_MAX + 1];
    int lengths[PARAMETERS_MAX + 1];
    int formats[PARAMETERS_MAX + 1];

    for (int i = 0; i < count; i++) {
        values[i] = (const char *)parameters[i].data;
        lengths[i] = (int)parameters[i].len;
        formats[i] = 1;
    }
    connection->rows = true;
    values[count] = PQgetvalue(connection->session, 0, SESSION_BACKEND_PID);
    formats[count] = 0;
    if (statement.name != NULL)
        return PQsendQueryPrepared(connection->pg, statement.name, count + 1, values, lengths, formats, 1) == 1;
    return PQsendQueryParams(connection->pg, statement.sql, count + 1, NULL, values, lengths, formats, 1) == 1;
}

static bool execute(struct connection *connection, struct statement statement, const struct array *parameters,
                    int count, struct err *err)
{
    if (!query_ready(connection, err))
        return false;
    bool sent = transaction_begin(connection) && send_statement(connection, statement, parameters, count) &&
                transaction_end(connection, TRANSACTION_COMMIT);
    return query_flush(connection, sent, err);
}

bool query_execute(struct connection *connection, const char *name, const struct array *parameters, int count,
                   struct err *err)
{
    return execute(connection, (struct statement){.name = name}, parameters, count, err);
}

bool query_execute_once(struct connection *connection, const char *sql, const struct array *parameters, int count,
                        struct err *err)
{
    return execute(connection, (struct statement){.sql = sql}, parameters, count, err);
}

bool query_several(struct connection *connection, enum query_place place, const struct query_step *steps, int count,
                   struct err *err)
{
    if (!query_ready(connection, err))
        return false;
    bool sent = place == QUERY_FIRST ? transaction_begin(connection) : transaction_go_on(connection);
    connection->several = count;
    for (int i = 0; i < count && sent; i++)
        sent = send_statement(connection, (struct statement){.name = steps[i].name}, steps[i].parameters,
                              steps[i].count) &&
               transaction_sync(connection);
    sent = sent && transaction_end(connection, place == QUERY_LAST ? TRANSACTION_COMMIT : TRANSACTION_STAYS_OPEN);
    return query_flush(connection, sent, err);
}

bool query_try(struct connection *connection, const char *name, const struct array *parameters, int count,
               struct err *err)
{
    struct statement statement = {.name = name};

    if (!query_ready(connection, err))
        return false;
    bool sent = transaction_begin(connection) && transaction_check_constraints(connection) &&
                send_statement(connection, statement, parameters, count) &&
                transaction_end(connection, TRANSACTION_ROLLBACK);
    return query_flush(connection, sent, err);
}

static bool send_texts(struct connection *connection, const char *sql, const char *const *parameters, int count)
{
    return PQsendQueryParams(connection->pg, sql, count, NULL, parameters, NULL, NULL, 0) == 1;
}

static bool send_query(struct connection *connection, const char *sql, const char *parameter)
{
    return send_texts(connection, sql, &parameter, parameter == NULL ? 0 : 1);
}

bool query_text(struct connection *connection, const char *sql, const char *parameter, struct err *err)
{
    if (!query_ready(connection, err))
        return false;
    if (PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
        return query_flush(connection, send_query(connection, sql, parameter), err);
    bool sent = transaction_begin(connection) && send_query(connection, sql, parameter) &&
                transaction_end(connection, TRANSACTION_COMMIT);
    return query_flush(connection, sent, err);
}

bool query_begin(struct connection *connection, struct err *err)
{
    if (!query_ready(connection, err))
        return false;
    bool sent = transaction_begin(connection) && transaction_end(connection, TRANSACTION_STAYS_OPEN);
    connection->wanted = connection->settings_at;
    return query_flush(connection, sent, err);
}

bool query_script(struct connection *connection, const char *sql, struct err *err)
{
    return query_ready(connection, err) && query_flush(connection, PQsendQuery(connection->pg, sql) == 1, err);
}

bool query_session(struct connection *connection, const char *sql, const char *const *parameters, int count,
                   struct err *err)
{
    return query_ready(connection, err) && query_flush(connection, send_texts(connection, sql, parameters, count), err);
}

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static void answer_classify(struct connection *connection, const PGresult *answer, struct err *err)
{
    const struct pg_error error = {
        .sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE),
        .message = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY),
        .constraint = PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME),
        .table = PQresultErrorField(answer, PG_DIAG_TABLE_NAME),
        .function = PQresultErrorField(answer, PG_DIAG_SOURCE_FUNCTION),
        .column = PQresultErrorField(answer, PG_DIAG_COLUMN_NAME),
        .session = !connection->rows,
    };

    snprintf(connection->error_table, sizeof connection->error_table, "%s", error.table == NULL ? "" : error.table);
    if (error.sqlstate == NULL) {
        (void)connection_lost(connection, err);
        return;
    }
    pg_error_classify(&error, err);
    if (PQstatus(connection->pg) == CONNECTION_BAD && err->class < ERR_RENEW)
        err->class = ERR_RENEW;
    if (err->class == ERR_RENEW)
        connection_close(connection);
}

/*
 * Whatever else came: a statement that ran in another session did nothing, and a statement that is not known there
 * could not run.
 */
static bool ran_elsewhere(const struct connection *connection, struct err *err)
{
    if (!connection->elsewhere)
        return false;
    err_set(
        err, ERR_STOP, EXIT_CONFIG, E_PG_POOLER,
        "PostgreSQL: a transaction ran in another session than the one before, so a pooler in transaction mode stands "
        "between; nothing was decided there\n  fix: connect to the server itself, or through a pooler in session mode");
    return true;
}

/* True when several statements were sent and what follows them has come too. */
static bool all_came(const struct connection *connection)
{
    return connection->several > 0 && connection->results[connection->several - 1] != NULL &&
           PQstatus(connection->pg) == CONNECTION_OK;
}

MUSTUSE static enum progress answer_complete(struct connection *connection, PGresult **result, struct err *err)
{
    PGresult *answer = connection->answer;

    connection->answer = NULL;
    if (ran_elsewhere(connection, err))
        connection_close(connection);
    else if (answer == NULL ? !all_came(connection) : transaction_failed(answer))
        answer_classify(connection, answer, err);
    else if (connection->not_durable)
        err_set(err, ERR_RETRY, EXIT_DONE, E_PG_SYNC,
                "PostgreSQL: the wait for a synchronous standby was cancelled, so the batch is asked again");
    else {
        *result = answer;
        return DONE;
    }
    PQclear(answer);
    return FAILED;
}

MUSTUSE static enum progress answer_overdue(struct connection *connection, struct err *err)
{
    connection_close(connection);
    err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_OVERDUE,
            "PostgreSQL: no answer within %d s\n  fix: look for a synchronous standby that is away, for locks, and for "
            "triggers deferred to the commit",
            ANSWER_MS / 1000);
    err->reason = REASON_OVERDUE;
    return FAILED;
}

enum progress query_result(struct connection *connection, int timeout_ms, PGresult **result, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    *result = NULL;
    if (connection->pg == NULL) {
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_08003, "PostgreSQL: not connected");
        return FAILED;
    }
    do {
        if (PQconsumeInput(connection->pg) == 0) {
            (void)connection_lost(connection, err);
            return FAILED;
        }
        while (PQisBusy(connection->pg) == 0)
            if (transaction_take(connection, PQgetResult(connection->pg)))
                return answer_complete(connection, result, err);
    } while (connection_wait(connection, POLLIN, until));

    return clock_ms() < connection->deadline_ms ? PENDING : answer_overdue(connection, err);
}
