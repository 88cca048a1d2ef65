/**
 * What the tables in the schema lack: the answer to sql/missing.sql, as `run` and `migrate` need it.
 */
#ifndef POSTGRES_TABLES_H
#define POSTGRES_TABLES_H

#include "core/err.h"

struct pg_result; /* PGresult */

/**
 * True when nothing is missing. Else ERR_STOP: EXIT_CONFIG, or EXIT_PERMISSION when only privileges are; the message
 * names the first few and says what to run. `privileges`: whether those of the present role count.
 */
MUSTUSE bool tables_complete(const struct pg_result *missing, bool privileges, const char *schema, struct err *err);

/** True when the row is about a privilege of the present role, not about the tables. */
bool tables_is_privilege(const struct pg_result *missing, int row);

/** "table.column is missing", for people. */
void tables_describe(const struct pg_result *missing, int row, char *text, size_t size);

#endif
