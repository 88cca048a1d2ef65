/**
 * `sessiond migrate`: the tables and the ledger in `postgres.schema`.
 */
#ifndef POSTGRES_MIGRATE_H
#define POSTGRES_MIGRATE_H

#include "core/err.h"
#include "config/config.h"

#include <stdio.h>

/** Creates or upgrades, idempotently, in one transaction under an advisory lock; prints which tables it created. ERR_STOP
 * with the exit code. */
MUSTUSE bool migrate_up(const struct config *config, FILE *out, bool json, struct err *err);

/** Prints each table, what it lacks and what to know about it. `*complete`: nothing is missing; warnings do not count. */
MUSTUSE bool migrate_status(const struct config *config, FILE *out, bool json, bool *complete, struct err *err);

/** Prints the SQL of `migrate up` and the grants that `role` needs for `sessiond run`; no connection. */
void migrate_sql(const struct config *config, const char *role, FILE *out);

#endif
