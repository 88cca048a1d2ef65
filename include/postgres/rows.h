/**
 * From the binary results of insert_outcomes.sql and read_outcomes.sql to ledger rows.
 */
#ifndef POSTGRES_ROWS_H
#define POSTGRES_ROWS_H

#include "core/batch.h"

struct pg_result; /* PGresult */

/** PostgreSQL's times begin on 2000-01-01: so many microseconds after 1970. */
#define ROWS_EPOCH_US INT64_C(946684800000000)

/** A bigint or a moment, as it was sent; 0 for null. */
int64_t rows_int8(const struct pg_result *result, int row, int column);

/** The command id of a row of either statement. */
struct uuid rows_id(const struct pg_result *result, int row);

/** Whether insert_outcomes.sql made a session with this row. */
bool rows_has_session(const struct pg_result *result, int row);

/**
 * An outcome that insert_outcomes.sql made for `item`: what was asked for and the position are the item's own. In the
 * arena. False: the row is not one that this version writes.
 */
MUSTUSE bool rows_made(const struct pg_result *result, int row, const struct batch_item *item, struct arena *arena,
                       struct ledger_row **ledger_row);

/** An outcome that read_outcomes.sql found. All of it is copied into the arena. False: as above. */
MUSTUSE bool rows_found(const struct pg_result *result, int row, struct arena *arena, struct ledger_row **ledger_row);

#endif
