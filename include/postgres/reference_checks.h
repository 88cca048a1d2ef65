/**
 * Who checks that the parents of a session exist: PostgreSQL, row by row, or we, once a batch (postgres/bulk.h).
 *
 * `postgres.reference.checks=per-batch` asks for the latter. It is in force while the tables allow it
 * (sql/bulk_conditions.sql), which is looked at with every batch; a role without the privileges for it does not start.
 */
#ifndef POSTGRES_REFERENCE_CHECKS_H
#define POSTGRES_REFERENCE_CHECKS_H

#include "config/config.h"
#include "postgres/connection.h"

struct pg_result; /* PGresult */

struct reference_checks {
    bool wanted;
    bool per_batch; /* in force */
    bool known;     /* whether it is; false before the tables were looked at */
    bool told;      /* why it is not, once in the life of the process */
};

/** Whether the server can do it at all. False: ERR_STOP with EXIT_CONFIG. */
MUSTUSE bool reference_checks_possible(const struct connection *connection, struct err *err);

/** The result of sql/per_batch_grants.sql. False: ERR_STOP with EXIT_PERMISSION, naming the grants. */
MUSTUSE bool reference_checks_granted(const struct pg_result *missing, struct err *err);

/** What is configured. The rest of `checks` is all zero. */
void reference_checks_want(struct reference_checks *checks, bool wanted);

/** What stands in the way, or NULL: says which of both is in force when that changes. */
void reference_checks_learn(struct reference_checks *checks, const char *obstacle);

#endif
