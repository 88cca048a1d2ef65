/**
 * How the version before this one read a record, where this version reads it differently.
 *
 * An outcome that is stored for the record's own position stands, whatever an earlier version took for an id: when a
 * group is set back over records that the earlier version decided, their events are repeated and nothing is decided a
 * second time.
 *
 * The version before differed in this:
 *   - It took the nil and the max UUID for a `command_id` and for a CloudEvents id like any other. Now they identify
 *     nothing.
 *   - It did not know the header `__dlq.errors.command.id`. Now a dead letter that was sent back has the id of its
 *     first position.
 *   - It took an object with `specversion` and `data_base64` but without `data` for a bare command. Now that is a
 *     structured CloudEvent.
 *
 * It had not decided what it answered as UNDECODABLE, so such a record can be decided now.
 *
 * All of this can be removed once no ledger is left with rows of that version to which a group could still be set back.
 */
#ifndef CORE_FORMER_H
#define CORE_FORMER_H

#include "core/batch.h"

/**
 * Finds `item->former_id`, once the item's command and `command_id` are known: the id under which the version before
 * decided such a record, if that is another one.
 */
void former_identify(struct batch_item *item, struct arena *arena);

/**
 * Gives the decision of a former id to the items that it was made for. `row` is the ledger's row of `id`. Each item
 * with that former id whose record stands where the row was decided gets the row as its decision, and `id` as its
 * command id. Call it before the ledger is asked for the items' own ids. Returns how many items were decided.
 */
size_t former_decide(struct batch *batch, const struct uuid *id, const struct ledger_row *row);

/**
 * Reads the command again as the version before did, if the ledger decided it so at the record's own position. Call it
 * once the item has its decision. The event is then the one that was published.
 */
void former_restore(struct batch_item *item);

#endif
