#include "postgres/transaction.h"

#include "gen/sql.h"

#include <libpq-fe.h>

static bool send(struct connection *connection, const char *sql)
{
    return PQsendQueryParams(connection->pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

bool transaction_begin(struct connection *connection)
{
    const char *settings[SESSION_COLUMNS];
    int count = 0;

    for (int column = SESSION_BACKEND_PID; column < SESSION_COLUMNS; column++)
        settings[count++] = PQgetvalue(connection->session, 0, column);
    connection->finished = 0;
    connection->settings_at = 1;
    connection->wanted = 2;
    connection->syncs = 0;
    return PQenterPipelineMode(connection->pg) == 1 && send(connection, "BEGIN ISOLATION LEVEL READ COMMITTED") &&
           PQsendQueryParams(connection->pg, sql_local_settings, count, NULL, settings, NULL, NULL, 0) == 1;
}

bool transaction_go_on(struct connection *connection)
{
    connection->finished = 0;
    connection->settings_at = -1;
    connection->wanted = 0;
    connection->syncs = 0;
    return PQenterPipelineMode(connection->pg) == 1;
}

bool transaction_check_constraints(struct connection *connection)
{
    connection->wanted++;
    return send(connection, "SET CONSTRAINTS ALL IMMEDIATE");
}

bool transaction_sync(struct connection *connection)
{
    connection->syncs++;
    return PQpipelineSync(connection->pg) == 1;
}

bool transaction_end(struct connection *connection, enum transaction_end end)
{
    switch (end) {
    case TRANSACTION_COMMIT:
        if (!send(connection, "COMMIT"))
            return false;
        break;
    case TRANSACTION_ROLLBACK:
        if (!send(connection, "ROLLBACK"))
            return false;
        break;
    case TRANSACTION_STAYS_OPEN: break;
    }
    return transaction_sync(connection);
}

bool transaction_failed(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY;
}

void transaction_keep(struct connection *connection, PGresult *result)
{
    if (connection->answer != NULL && transaction_failed(connection->answer)) {
        PQclear(result);
        return;
    }
    PQclear(connection->answer);
    connection->answer = result;
}

/* The server has answered everything. True when nothing is left to do. */
static bool synchronized(struct connection *connection)
{
    /*
     * The statement failed, and the COMMIT after it was skipped. The answer is known; the one to ROLLBACK is not
     * needed.
     */
    if (PQtransactionStatus(connection->pg) == PQTRANS_INERROR) {
        connection->wanted = -1;
        return !send(connection, "ROLLBACK") || !transaction_sync(connection);
    }
    (void)PQexitPipelineMode(connection->pg);
    return true;
}

/* Takes the result of a statement: the answer, or one that nobody needs. */
static void take_result(struct connection *connection, PGresult *result)
{
    int at = connection->finished - connection->wanted;

    if (transaction_failed(result) || (at == 0 && connection->several == 0)) {
        transaction_keep(connection, result);
    } else if (connection->wanted >= 0 && at >= 0 && at < connection->several) {
        PQclear(connection->results[at]);
        connection->results[at] = result;
    } else {
        PQclear(result);
    }
}

bool transaction_take(struct connection *connection, PGresult *result)
{
    if (PQpipelineStatus(connection->pg) == PQ_PIPELINE_OFF) {
        if (result != NULL)
            transaction_keep(connection, result);
        return result == NULL;
    }
    if (result == NULL) {
        connection->finished++;
        return PQstatus(connection->pg) == CONNECTION_BAD;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        return --connection->syncs == 0 && synchronized(connection);
    }
    if (connection->finished == connection->settings_at && PQntuples(result) == 1)
        connection->elsewhere = *PQgetvalue(result, 0, 0) != 't';
    take_result(connection, result);
    return false;
}
