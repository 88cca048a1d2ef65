#include "postgres/prune.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/session.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>

#define STATEMENT "prune"

enum column { COLUMN_EXAMINED, COLUMN_PRUNED, COLUMN_NEXT };
enum parameter { PARAMETER_FROM, PARAMETER_AGE, PARAMETERS };

struct prune {
    struct connection *connection;
    const char *schema;
    struct prune_request request;
    struct array parameters[PARAMETERS];
    uint8_t from[16]; /* the id at which the next window begins */
};

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

/* The role of `run` does not have this right, by design. */
static bool say_grant(const struct prune *prune, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_PERMISSION, E_PRUNE_GRANT,
                   "the present role may not prune\n"
                   "  fix: as the owner of the tables:\n"
                   "    GRANT USAGE ON SCHEMA \"%.64s\" TO ...; GRANT SELECT%s ON \"%.64s\".command_outcomes TO ...;\n"
                   "  and set postgres.conninfo to that role: another one than sessiond run's, which has no UPDATE",
                   prune->schema, prune->request.dry_run ? "" : ", UPDATE", prune->schema);
}

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

static bool answer(struct prune *prune, bool sent, PGresult **result, struct err *err)
{
    return session_must_answer(prune->connection, sent, result, err) ||
           (err->exit_code == EXIT_PERMISSION && say_grant(prune, err));
}

static bool may_use_schema(struct prune *prune, struct err *err)
{
    bool may;

    return session_may_use(prune->connection, prune->schema, &may, err) && (may || say_grant(prune, err));
}

static bool prepare(struct prune *prune, struct err *err)
{
    const struct statement statement = {STATEMENT, prune->request.dry_run ? sql_prune_count : sql_prune};

    return answer(prune, query_prepare(prune->connection, &statement, 1, err), NULL, err);
}

struct prune *prune_open(const struct config *config, const struct prune_request *request, struct err *err)
{
    struct prune *prune = calloc(1, sizeof *prune);
    if (prune == NULL)
        abort();

    prune->connection = connection_new(config);
    prune->schema = config->postgres_schema;
    prune->request = *request;
    if (session_must_open(prune->connection, err) && may_use_schema(prune, err) && prepare(prune, err))
        return prune;
    prune_close(prune);
    return NULL;
}

void prune_close(struct prune *prune)
{
    if (prune == NULL)
        return;
    for (size_t i = 0; i < PARAMETERS; i++)
        array_free(&prune->parameters[i]);
    session_free(prune->connection);
    free(prune);
}

/* ---- A window ---------------------------------------------------------------------------------------------------- */

static bool ask(struct prune *prune, struct err *err)
{
    array_begin(&prune->parameters[PARAMETER_FROM], ARRAY_UUID);
    array_add_bytes(&prune->parameters[PARAMETER_FROM], (struct bytes){prune->from, sizeof prune->from});
    array_begin(&prune->parameters[PARAMETER_AGE], ARRAY_INT8);
    array_add_int8(&prune->parameters[PARAMETER_AGE], prune->request.older_than_ms);
    return query_execute(prune->connection, STATEMENT, prune->parameters, PARAMETERS, err);
}

static int64_t get_count(const PGresult *result, enum column column)
{
    uint64_t big;

    memcpy(&big, PQgetvalue(result, 0, (int)column), sizeof big);
    return (int64_t)be64toh(big);
}

enum progress prune_step(struct prune *prune, struct prune_count *count, struct err *err)
{
    PGresult *result;

    if (!answer(prune, ask(prune, err), &result, err))
        return FAILED;
    count->examined += get_count(result, COLUMN_EXAMINED);
    count->pruned += get_count(result, COLUMN_PRUNED);
    bool last = PQgetisnull(result, 0, COLUMN_NEXT) != 0;
    if (!last)
        memcpy(prune->from, PQgetvalue(result, 0, COLUMN_NEXT), sizeof prune->from);
    PQclear(result);
    return last ? DONE : PENDING;
}
