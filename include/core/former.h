/**
 * What the version before this one made of a record, where this one makes something else of it. An outcome that is stored at the
 * record's own position stands, whatever an earlier version thought an id: a rewind over records that it decided repeats its events and
 * decides nothing a second time.
 *
 * The version before differed in this:
 *   - the nil and the max UUID were a `command_id` and a CloudEvents id like any other (now they identify nothing);
 *   - the header `__dlq.errors.command.id` meant nothing (now a dead letter that was sent back has the id of its first position);
 *   - an object with `specversion` and `data_base64` but without `data` was a bare command (now it is a structured CloudEvent).
 * What it answered as UNDECODABLE it had not decided, so that is free.
 *
 * This can go when no ledger is left in which that version decided records that a group could still be set back to.
 */
#ifndef CORE_FORMER_H
#define CORE_FORMER_H

#include "core/batch.h"

/**
 * Finds `item->former_id`, once its command and `command_id` are known: the id under which the version before decided such a record,
 * when that is another one.
 */
void former_identify(struct batch_item *item, struct arena *arena);

/**
 * `row` is what the ledger has under `id`: it becomes the decision, and `id` the command id, of each item whose former id that is and
 * that stands where the row was decided. To be called before the ledger is asked for the items' own ids; returns how many were decided.
 */
size_t former_decide(struct batch *batch, const struct uuid *id, const struct ledger_row *row);

/**
 * Once the item has its decision: reads the command as the version before did, if the ledger has decided that at the record's own
 * position. Its event is then the one that was published.
 */
void former_restore(struct batch_item *item);

#endif
