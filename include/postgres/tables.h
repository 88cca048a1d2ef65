/**
 * What the tables in the schema lack: the result of sql/missing.sql, for `run` and `migrate`. Each row is an error or a
 * warning.
 */
#ifndef POSTGRES_TABLES_H
#define POSTGRES_TABLES_H

#include "core/err.h"

struct pg_result; /* PGresult */

/**
 * True when there is no error. Else ERR_STOP: EXIT_CONFIG, or EXIT_PERMISSION when only the present role is the cause.
 * The message names the first few errors and says what to do about the gravest. `role`: what the present role lacks
 * (privileges, policies of row security) counts too; warnings are then logged as well, once in the life of the process.
 * Main thread.
 */
MUSTUSE bool tables_complete(const struct pg_result *missing, bool role, const char *schema, struct err *err);

/** The table that the row is about; borrowed. */
const char *tables_name(const struct pg_result *missing, int row);
bool tables_is_warning(const struct pg_result *missing, int row);
int tables_count_errors(const struct pg_result *missing);

/** True when the table does not exist. */
bool tables_lack(const struct pg_result *missing, const char *table);

/** Writes "table.column is missing", for people. */
void tables_describe(const struct pg_result *missing, int row, char *text, size_t size);

/** Fills `err` for one row: ERR_STOP with its exit code, as tables_complete does, or ERR_NONE when the row is a warning. */
void tables_error(const struct pg_result *missing, int row, const char *schema, struct err *err);

/** What to do about it; borrowed. */
const char *tables_fix(const struct pg_result *missing, int row);

/** The row as a JSON object; borrowed. */
const char *tables_json(const struct pg_result *missing, int row);

#endif
