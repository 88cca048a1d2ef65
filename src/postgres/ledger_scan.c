#include "postgres/ledger_scan.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/rows.h"
#include "postgres/session.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>

/* PostgreSQL's times count from 2000-01-01. */
#define EPOCH_US INT64_C(946684800000000)

static const char begin[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
static const char settings[] = "SELECT pg_catalog.set_config('search_path', $1, true),"
                               " pg_catalog.set_config('idle_in_transaction_session_timeout', '10min', true),"
                               " pg_catalog.set_config('enable_sort', 'off', true),"
                               " pg_catalog.set_config('jit', 'off', true)";
static const char fetch_outcomes[] = "FETCH 2000 FROM ledger";
static const char fetch_sessions[] = "FETCH 5000 FROM sessions";

enum outcome_column { COLUMN_OUTCOME = 6, COLUMN_CODE = 16 }; /* the other columns are those of rows.c */
enum session_row_column { COLUMN_ID, COLUMN_GROUP, COLUMN_ACTIVITY, COLUMN_CREATED };
enum hidden_column { COLUMN_HIDDEN, COLUMN_DIGITS };

struct ledger_scan {
    struct connection *connection;
    const char *schema;
    int digits;
    PGresult *page; /* the rows that were fetched last; NULL: none yet */
    int next;       /* the first of them that was not taken */
};

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

static bool say_grant(const struct ledger_scan *scan, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_PERMISSION, E_PG_GRANTS,
                   "the present role may not read the outcomes and the sessions\n"
                   "  fix: as the owner of the tables:\n"
                   "    GRANT USAGE ON SCHEMA \"%.64s\" TO ...;\n"
                   "    GRANT SELECT ON \"%.64s\".command_outcomes, \"%.64s\".study_sessions TO ...;",
                   scan->schema, scan->schema, scan->schema);
}

static bool answer(struct ledger_scan *scan, bool sent, PGresult **result, struct err *err)
{
    return session_must_answer(scan->connection, sent, result, err) ||
           (err->exit_code == EXIT_PERMISSION && say_grant(scan, err));
}

static bool run_script(struct ledger_scan *scan, const char *sql, struct err *err)
{
    return answer(scan, query_script(scan->connection, sql, err), NULL, err);
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static bool may_use_schema(struct ledger_scan *scan, struct err *err)
{
    bool may;

    return session_may_use(scan->connection, scan->schema, &may, err) && (may || say_grant(scan, err));
}

static bool take_snapshot(struct ledger_scan *scan, struct err *err)
{
    PGresult *result;

    if (!run_script(scan, begin, err))
        return false;
    const char *path = PQgetvalue(scan->connection->session, 0, SESSION_SEARCH_PATH);
    bool ok = answer(scan, query_text(scan->connection, settings, path, err), &result, err);
    PQclear(result);
    return ok;
}

/* Rows that row security hides would look as if they were lost. */
static bool see_all(struct ledger_scan *scan, struct err *err)
{
    PGresult *result;
    bool ok = answer(scan, query_text(scan->connection, sql_scan_hidden, NULL, err), &result, err);

    if (ok && PQgetisnull(result, 0, COLUMN_HIDDEN) == 0)
        ok = err_set(err, ERR_STOP, EXIT_PERMISSION, E_PG_ROW_SECURITY,
                     "row security hides rows of %s from the present role, so they would look lost\n"
                     "  fix: use a role with BYPASSRLS, or a permissive policy USING (true) for it",
                     PQgetvalue(result, 0, COLUMN_HIDDEN));
    if (ok) {
        scan->digits =
            PQgetisnull(result, 0, COLUMN_DIGITS) ? 6 : (int)strtol(PQgetvalue(result, 0, COLUMN_DIGITS), NULL, 10);
        scan->digits = scan->digits < 0 || scan->digits > 6 ? 6 : scan->digits;
    }
    PQclear(result);
    return ok;
}

struct ledger_scan *ledger_scan_open(const struct config *config, struct err *err)
{
    struct ledger_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        abort();

    scan->connection = connection_new(config);
    scan->schema = config->postgres_schema;
    if (session_must_open(scan->connection, err) && may_use_schema(scan, err) && take_snapshot(scan, err) &&
        see_all(scan, err) && run_script(scan, sql_scan_ledger, err) && run_script(scan, sql_scan_sessions, err))
        return scan;
    ledger_scan_close(scan);
    return NULL;
}

void ledger_scan_close(struct ledger_scan *scan)
{
    if (scan == NULL)
        return;
    PQclear(scan->page);
    session_free(scan->connection);
    free(scan);
}

int ledger_scan_digits(const struct ledger_scan *scan)
{
    return scan->digits;
}

/* ---- Rows -------------------------------------------------------------------------------------------------------- */

/* DONE: there is a row at `next`. A page that is not full is the last one. */
MUSTUSE static enum progress have_row(struct ledger_scan *scan, const char *fetch, struct err *err)
{
    if (scan->page != NULL && scan->next < PQntuples(scan->page))
        return DONE;
    PQclear(scan->page);
    scan->page = NULL;
    scan->next = 0;
    if (!answer(scan, query_script(scan->connection, fetch, err), &scan->page, err))
        return FAILED;
    return PQntuples(scan->page) > 0 ? DONE : PENDING;
}

static bool text_is(const PGresult *page, int row, int column, const char *text)
{
    return PQgetisnull(page, row, column) == 0 && strcmp(PQgetvalue(page, row, column), text) == 0;
}

/* A row must not contradict itself where it says something twice. NULL: it does not. */
static const char *find_fault(const PGresult *page, int at, const struct ledger_row *row)
{
    switch (row->kind) {
    case OUTCOME_CREATED:
        if (!text_is(page, at, COLUMN_OUTCOME, "created") || !rows_has_session(page, at))
            return "it does not say which session was created";
        return text_is(page, at, COLUMN_CODE, "") || PQgetisnull(page, at, COLUMN_CODE) != 0
                   ? NULL
                   : "it is created and has a code of rejection";
    case OUTCOME_REJECTED:
        if (!text_is(page, at, COLUMN_OUTCOME, "rejected") || rows_has_session(page, at))
            return "it has violations, but is not rejected";
        return text_is(page, at, COLUMN_CODE, errcode_name(row->code)) ? NULL
                                                                       : "its code is not that of its first violation";
    case OUTCOME_PRUNED: return rows_has_session(page, at) ? "it is pruned, but has a session" : NULL;
    case OUTCOME_PENDING: break;
    }
    return "it has no outcome";
}

enum progress ledger_scan_outcome(struct ledger_scan *scan, struct arena *arena, struct ledger_scan_row *row,
                                  struct err *err)
{
    static const struct ledger_row unreadable = {.kind = OUTCOME_PENDING, .topic = ""};
    enum progress progress = have_row(scan, fetch_outcomes, err);
    struct ledger_row *found;

    if (progress != DONE)
        return progress;
    *row = (struct ledger_scan_row){.id = rows_id(scan->page, scan->next), .row = &unreadable};
    if (rows_found(scan->page, scan->next, arena, &found)) {
        row->fault = find_fault(scan->page, scan->next, found);
        row->row = row->fault == NULL ? found : &unreadable;
    } else {
        row->fault = "it cannot be read";
    }
    scan->next++;
    return DONE;
}

static int64_t get_int8(const PGresult *result, int row, enum session_row_column column)
{
    uint64_t big;

    memcpy(&big, PQgetvalue(result, row, (int)column), sizeof big);
    return (int64_t)be64toh(big);
}

enum progress ledger_scan_session(struct ledger_scan *scan, struct session_row *row, struct err *err)
{
    enum progress progress = have_row(scan, fetch_sessions, err);

    if (progress != DONE)
        return progress;
    *row = (struct session_row){
        .id = get_int8(scan->page, scan->next, COLUMN_ID),
        .group_id = get_int8(scan->page, scan->next, COLUMN_GROUP),
        .activity_id = get_int8(scan->page, scan->next, COLUMN_ACTIVITY),
        .created_us = get_int8(scan->page, scan->next, COLUMN_CREATED) + EPOCH_US,
    };
    scan->next++;
    return DONE;
}
