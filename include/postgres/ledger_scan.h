/**
 * Reads the whole ledger and all sessions as they are at one moment: one snapshot (REPEATABLE READ) for both, with some
 * thousand rows in memory at a time. First the ledger is read to its end, then the sessions. It has a connection of its
 * own. One thread.
 *
 * While it is open the server keeps dead rows that the snapshot still sees, so it should not stay open for hours.
 */
#ifndef POSTGRES_LEDGER_SCAN_H
#define POSTGRES_LEDGER_SCAN_H

#include "config/config.h"
#include "core/err.h"
#include "core/outcome.h"

struct ledger_scan;

/** A row of study_sessions. */
struct session_row {
    int64_t id;
    int64_t group_id;
    int64_t activity_id;
    int64_t created_us; /* since 1970 UTC */
};

/**
 * Connects and takes the snapshot. Borrows the config. NULL with ERR_STOP: out of reach (69), interrupted (75), the
 * role may not read the two tables or sees only some of their rows (77), no such table (78).
 */
MUSTUSE struct ledger_scan *ledger_scan_open(const struct config *config, struct err *err);
void ledger_scan_close(struct ledger_scan *scan);

/** How many digits of a second study_sessions.created_at stores, 0 to 6. */
int ledger_scan_digits(const struct ledger_scan *scan);

/** A row of the ledger. With a fault, `row` says only that the row exists. */
struct ledger_scan_row {
    struct uuid id;
    const struct ledger_row *row; /* in the arena */
    const char *fault;            /* why this program cannot have written it: static; NULL: none */
};

/**
 * The next outcome, by command id. DONE: `row` is filled, with texts in the arena. PENDING: there are no more. FAILED:
 * ERR_STOP.
 */
MUSTUSE enum progress ledger_scan_outcome(struct ledger_scan *scan, struct arena *arena, struct ledger_scan_row *row,
                                          struct err *err);

/**
 * The next session, by id, after the last outcome. DONE: `row` is filled. PENDING: there are no more. FAILED: ERR_STOP.
 */
MUSTUSE enum progress ledger_scan_session(struct ledger_scan *scan, struct session_row *row, struct err *err);

#endif
