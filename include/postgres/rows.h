/** Turns the binary results of insert_outcomes.sql and read_outcomes.sql into ledger rows. */
#ifndef POSTGRES_ROWS_H
#define POSTGRES_ROWS_H

#include "core/batch.h"

struct pg_result; /* PGresult */

/** PostgreSQL's times count from 2000-01-01, which is this many microseconds after 1970. */
#define ROWS_EPOCH_US INT64_C(946684800000000)

/** A bigint or a timestamp as it was sent; 0 for null. */
int64_t rows_int8(const struct pg_result *result, int row, int column);

/** The command id in a row of either statement. */
struct uuid rows_id(const struct pg_result *result, int row);

/** True when insert_outcomes.sql made a session with this row. */
bool rows_has_session(const struct pg_result *result, int row);

/**
 * An outcome that insert_outcomes.sql made for `item`; the ids that were asked for and the position come from the item.
 * The row is in the arena. False: this version does not write such a row.
 */
MUSTUSE bool rows_made(const struct pg_result *result, int row, const struct batch_item *item, struct arena *arena,
                       struct ledger_row **ledger_row);

/**
 * An outcome that read_outcomes.sql found. All of it is copied into the arena. False: this version does not write such
 * a row.
 */
MUSTUSE bool rows_found(const struct pg_result *result, int row, struct arena *arena, struct ledger_row **ledger_row);

#endif
