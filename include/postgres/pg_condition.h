/**
 * The meaning of a SQLSTATE in a few fixed words, for a log line where the server's own text may hold values of rows.
 *
 * Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
 */
#ifndef POSTGRES_PG_CONDITION_H
#define POSTGRES_PG_CONDITION_H

/** Never NULL; static storage. */
const char *pg_condition(const char *sqlstate);

#endif
