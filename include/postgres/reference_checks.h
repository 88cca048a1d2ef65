/**
 * Which side checks that the parents of a session exist: PostgreSQL for each row, or this program once a batch
 * (postgres/bulk.h).
 *
 * `postgres.reference.checks=per-batch` asks for the second. It is in force while the tables allow it
 * (sql/bulk_conditions.sql), which is checked with every batch. A role without the privileges for it does not start.
 */
#ifndef POSTGRES_REFERENCE_CHECKS_H
#define POSTGRES_REFERENCE_CHECKS_H

#include "config/config.h"
#include "postgres/connection.h"

struct pg_result; /* PGresult */

struct reference_checks {
    bool wanted;
    bool per_batch; /* checks once a batch are in force */
    bool known;     /* false before the tables were looked at for the first time */
    bool told;      /* the reason why they are not in force was logged, once in the life of the process */
};

/** True when the server supports checks once a batch. False: ERR_STOP with EXIT_CONFIG. */
MUSTUSE bool reference_checks_possible(const struct connection *connection, struct err *err);

/** Takes the result of sql/per_batch_grants.sql. False: ERR_STOP with EXIT_PERMISSION, naming the missing grants. */
MUSTUSE bool reference_checks_granted(const struct pg_result *missing, struct err *err);

/** Takes whether checks once a batch are configured. Everything else in `checks` is zero before. */
void reference_checks_want(struct reference_checks *checks, bool wanted);

/** Takes the obstacle to checks once a batch, or NULL. Logs which kind is in force when that changes. */
void reference_checks_learn(struct reference_checks *checks, const char *obstacle);

#endif
