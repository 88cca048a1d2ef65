/**
 * What to do about a PostgreSQL error: one table by SQLSTATE (src/postgres/pg_error.c), tested line by line in
 * tests/postgres/pg_error.table.
 *
 * Retry what passes by itself, renew a connection that is of no more use or leads to the wrong server, isolate what one
 * row may have caused, stop for what only the operator can mend. What is in no line stops: nothing unknown is ever
 * answered to a producer. Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
 */
#ifndef POSTGRES_PG_ERROR_H
#define POSTGRES_PG_ERROR_H

#include "core/err.h"

/** An error as the server reported it; borrowed; what is not known is NULL. DETAIL and CONTEXT are left out: they carry
 * values of rows. */
struct pg_error {
    const char *sqlstate; /* NULL: libpq lost the connection and no error came */
    const char *message;  /* the server's primary message, or libpq's text */
    const char *constraint;
    const char *table;
    const char *function; /* of the server's source, which gave the error */
    const char *column;
    bool session; /* it came of connecting, a setting, preparing or a migration: no row can be the cause */
};

/**
 * Fills `err`. `err->code` is "E-PG-<sqlstate>" ("E-PG-08006" without one), `err->sqlstate` the latter. With ERR_ISOLATE, which a session's error
 * never is, the exit code is for whoever has no rows to look at; EXIT_PERMISSION ends `run` too, unless another row would
 * be stored (postgres/canary.h). The message of an error that data can cause (classes 22, 23, 44, P0, and whatever a
 * trigger raises) names table, column and constraint and says in fixed words what the SQLSTATE means: the server's own
 * text may hold values. One thread.
 */
void pg_error_classify(const struct pg_error *error, struct err *err);

#endif
