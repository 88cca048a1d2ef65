/**
 * What to do about a PostgreSQL error: one table by SQLSTATE (src/postgres/pg_error.c), tested line by line in
 * tests/postgres/pg_error.table.
 *
 * RETRY for what passes by itself; RENEW for a connection that is unusable or leads to the wrong server; ISOLATE for
 * what one row may have caused; STOP for what only the operator can mend. An error that no line names stops: an unknown
 * error is never answered to a producer. Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
 */
#ifndef POSTGRES_PG_ERROR_H
#define POSTGRES_PG_ERROR_H

#include "core/err.h"

/**
 * An error as the server reported it; borrowed. What is not known is NULL. DETAIL and CONTEXT are left out because they
 * contain values of rows.
 */
struct pg_error {
    const char *sqlstate; /* NULL: libpq lost the connection without an error of the server */
    const char *message;  /* the server's primary message, or libpq's text */
    const char *constraint;
    const char *table;
    const char *function; /* the function in the server's source that reported the error */
    const char *column;
    bool session; /* it came from connecting, a setting, preparing or a migration, so no row can be the cause */
};

/**
 * Fills `err`. `err->code` is "E-PG-<sqlstate>", or "E-PG-08006" without one; `err->sqlstate` is the SQLSTATE. A
 * session's error is never ERR_ISOLATE. With ERR_ISOLATE the exit code is for callers that have no rows to examine;
 * EXIT_PERMISSION also ends `run`, unless another row would be stored (postgres/canary.h). For an error that data can
 * cause (classes 22, 23, 44, P0, and whatever a trigger raises) the message names table, column and constraint and says
 * in fixed words what the SQLSTATE means, since the server's own text may contain values. One thread.
 */
void pg_error_classify(const struct pg_error *error, struct err *err);

#endif
