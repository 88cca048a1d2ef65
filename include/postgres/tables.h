/**
 * What the tables in the schema lack: the answer to sql/missing.sql, as `run` and `migrate` need it. Each row of it is
 * an error or a warning.
 */
#ifndef POSTGRES_TABLES_H
#define POSTGRES_TABLES_H

#include "core/err.h"

struct pg_result; /* PGresult */

/**
 * True when there is no error. Else ERR_STOP: EXIT_CONFIG, or EXIT_PERMISSION when only the present role is the cause;
 * the message names the first few errors and says what to do about the gravest. `role`: whether what the present role
 * lacks (privileges, policies of row security) counts; then warnings are logged too, once in the life of the process.
 * Main thread.
 */
MUSTUSE bool tables_complete(const struct pg_result *missing, bool role, const char *schema, struct err *err);

bool tables_is_about(const struct pg_result *missing, int row, const char *table);
bool tables_is_warning(const struct pg_result *missing, int row);
int tables_count_errors(const struct pg_result *missing);

/** True when the table does not exist. */
bool tables_lack(const struct pg_result *missing, const char *table);

/** "table.column is missing", for people. */
void tables_describe(const struct pg_result *missing, int row, char *text, size_t size);

/** The row alone: ERR_STOP as tables_complete gives it when the role counts, or ERR_NONE for a warning. */
void tables_error(const struct pg_result *missing, int row, const char *schema, struct err *err);

/** What to do about the row; borrowed. */
const char *tables_fix(const struct pg_result *missing, int row);

/** The row as a JSON object; borrowed. */
const char *tables_json(const struct pg_result *missing, int row);

#endif
