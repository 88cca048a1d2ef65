#include "postgres/reference_checks.h"

#include "core/status.h"
#include "runtime/log.h"

#include <libpq-fe.h>
#include <stdio.h>

#define OLDEST_SERVER 150000 /* from this version on SET on a parameter can be granted */

bool reference_checks_possible(const struct connection *connection, struct err *err)
{
    int version = PQserverVersion(connection->pg);

    if (version >= OLDEST_SERVER)
        return true;
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_PER_BATCH,
                   "postgres.reference.checks=per-batch needs PostgreSQL 15, and the server is version %d\n"
                   "  fix: postgres.reference.checks=per-row",
                   version / 10000);
}

bool reference_checks_granted(const PGresult *missing, struct err *err)
{
    const char *grants = PQgetvalue(missing, 0, 0);

    if (*grants == 0)
        return true;
    return err_set(err, ERR_STOP, EXIT_PERMISSION, E_PG_PER_BATCH,
                   "postgres.reference.checks=per-batch takes privileges that the role lacks\n"
                   "  fix: %s (the first as a superuser; sessiond migrate sql prints them), or "
                   "postgres.reference.checks=per-row",
                   grants);
}

static void tell_status(const struct reference_checks *checks, const char *obstacle)
{
    struct checks_status status = {.wanted = checks->wanted, .known = checks->known, .per_batch = checks->per_batch};

    if (checks->wanted && obstacle != NULL)
        snprintf(status.obstacle, sizeof status.obstacle, "%s", obstacle);
    status_checks(&status);
}

void reference_checks_want(struct reference_checks *checks, bool wanted)
{
    checks->wanted = wanted;
    tell_status(checks, NULL);
}

void reference_checks_learn(struct reference_checks *checks, const char *obstacle)
{
    bool per_batch = checks->wanted && obstacle == NULL;
    bool changed = !checks->known || checks->per_batch != per_batch;

    checks->known = true;
    checks->per_batch = per_batch;
    tell_status(checks, obstacle);
    if (!changed)
        return;
    if (per_batch)
        log_info("reference checks: per-batch, each parent is locked once a batch of many commands");
    else if (!checks->wanted)
        log_info("reference checks: per-row, by PostgreSQL's foreign keys");
    else if (!checks->told)
        log_warning(E_PG_PER_ROW,
                    "reference checks: per-row, although postgres.reference.checks=per-batch, because %s\n"
                    "  fix: nothing is wrong, only slower; deploy/README.md says what per-batch asks of the tables",
                    obstacle);
    checks->told = checks->told || (checks->wanted && !per_batch);
}
