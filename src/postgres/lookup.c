#include "postgres/lookup.h"

#include "gen/sql.h"
#include "runtime/clock.h"
#include "postgres/query.h"
#include "postgres/session.h"
#include "postgres/rows.h"

#include <libpq-fe.h>
#include <stdlib.h>

/* In the order in which a lookup goes through them. */
enum lookup_step {
    LOOKUP_OPENING,
    LOOKUP_CHECKING, /* whether the role may use the schema */
    LOOKUP_ASKING,
};

struct lookup {
    struct connection *connection;
    const char *schema;
    enum lookup_step step;
    bool by_session;        /* the present query only finds the command of the session */
    struct array parameter; /* an array of one id */
};

struct lookup *lookup_new(const struct config *config)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);

    if (lookup == NULL)
        abort();
    lookup->connection = connection_new(config);
    lookup->schema = config->postgres_schema;
    return lookup;
}

void lookup_free(struct lookup *lookup)
{
    if (lookup == NULL)
        return;
    session_free(lookup->connection);
    array_free(&lookup->parameter);
    free(lookup);
}

void lookup_command(struct lookup *lookup, const struct uuid *command_id)
{
    lookup->step = LOOKUP_OPENING;
    lookup->by_session = false;
    array_begin(&lookup->parameter, ARRAY_UUID);
    array_add_bytes(&lookup->parameter, (struct bytes){command_id->b, sizeof command_id->b});
}

void lookup_session(struct lookup *lookup, int64_t session_id)
{
    lookup->step = LOOKUP_OPENING;
    lookup->by_session = true;
    array_begin(&lookup->parameter, ARRAY_INT8);
    array_add_int8(&lookup->parameter, session_id);
}

/* No row of a batch can be the cause: the role lacks a right, or only the operator knows. */
MUSTUSE static enum progress lookup_failed(const struct lookup *lookup, struct err *err)
{
    if (err->class != ERR_ISOLATE)
        return FAILED;
    err->class = ERR_STOP;
    if (err->exit_code == EXIT_PERMISSION && lookup->step != LOOKUP_OPENING)
        (void)session_say_grant(lookup->schema, err);
    return FAILED;
}

MUSTUSE static enum progress step_wait(struct lookup *lookup, int timeout_ms, PGresult **result, struct err *err)
{
    *result = NULL;
    if (lookup->step == LOOKUP_OPENING)
        return session_open(lookup->connection, timeout_ms, err);
    return query_result(lookup->connection, timeout_ms, result, err);
}

static bool may_use_schema(const struct lookup *lookup, const PGresult *result, struct err *err)
{
    return PQntuples(result) == 0 || *PQgetvalue(result, 0, 0) == 't' || session_say_grant(lookup->schema, err);
}

static bool ask(struct lookup *lookup, struct err *err)
{
    if (lookup->step == LOOKUP_CHECKING)
        return query_text(lookup->connection, sql_may_use_schema, lookup->schema, err);
    return query_execute_once(lookup->connection, lookup->by_session ? sql_find_session : sql_read_outcomes,
                              &lookup->parameter, 1, err);
}

/* PENDING: the session's command is known, and the next query gets its outcome. */
MUSTUSE static enum progress take(struct lookup *lookup, const PGresult *result, struct arena *arena,
                                  struct lookup_found *found, struct err *err)
{
    struct ledger_row *row;

    *found = (struct lookup_found){.row = NULL};
    if (PQntuples(result) == 0)
        return DONE;
    found->command_id = rows_id(result, 0);
    if (lookup->by_session) {
        lookup_command(lookup, &found->command_id);
        return PENDING;
    }
    if (!rows_found(result, 0, arena, &row)) {
        err_set(
            err, ERR_STOP, EXIT_CONFIG, E_LEDGER_01,
            "command_outcomes has an outcome for this command that this version cannot read\n  fix: use the version "
            "that wrote it");
        return FAILED;
    }
    found->row = row;
    return DONE;
}

/* Takes the answer to this step and sends the next one. DONE: there is no further step. */
MUSTUSE static enum progress advance(struct lookup *lookup, const PGresult *result, struct arena *arena,
                                     struct lookup_found *found, struct err *err)
{
    if (lookup->step == LOOKUP_ASKING) {
        enum progress progress = take(lookup, result, arena, found, err);
        if (progress != PENDING)
            return progress;
    } else {
        if (lookup->step == LOOKUP_CHECKING && !may_use_schema(lookup, result, err))
            return FAILED;
        lookup->step++;
    }
    return lookup->step == LOOKUP_OPENING || ask(lookup, err) ? PENDING : FAILED;
}

enum progress lookup_answer(struct lookup *lookup, int timeout_ms, struct arena *arena, struct lookup_found *found,
                            struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    for (;;) {
        PGresult *result;
        int64_t left = until - clock_ms();
        enum progress progress = step_wait(lookup, left > 0 ? (int)left : 0, &result, err);
        if (progress != DONE)
            return progress == FAILED ? lookup_failed(lookup, err) : PENDING;
        progress = advance(lookup, result, arena, found, err);
        PQclear(result);
        if (progress != PENDING)
            return progress;
    }
}
