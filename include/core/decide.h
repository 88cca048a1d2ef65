/**
 * Decides a command that the ledger does not know, by the rules of sql/decide.sql: for batches that are decided here
 * and not by the server. One table of cases tests both (tests/core/decide.table).
 *
 * Pure.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/batch.h"

/** A group or a study activity that exists. */
struct parent {
    int64_t id;
    struct bytes name; /* UTF-8, borrowed; absent when the column is NULL: no session can be made then */
};

/**
 * Fills the ledger row of the item's id. `group` and `activity` are NULL where there is no such parent; they are not
 * looked at for an item with violations of its own. The id of a new session stays 0. The row borrows the names of the
 * parents, and the topic and the hints of the item.
 */
void decide_row(struct ledger_row *row, const struct batch_item *item, const struct parent *group,
                const struct parent *activity, int64_t decided_us);

#endif
