/**
 * The pure steps before the store: decode, identify and validate a batch. And after it: outcomes from the ledger's
 * rows.
 */
#ifndef WORKER_DECODE_BATCH_H
#define WORKER_DECODE_BATCH_H

#include "codec/decode.h"
#include "core/batch.h"

/**
 * Decodes and validates the items that are not decoded yet. Those that cannot be decoded get their answer here. The
 * others stay OUTCOME_PENDING for the store, with `violations` if they are already known to be rejected.
 */
void decode_batch(const struct decode_options *options, bool id_required, struct batch *batch);

/**
 * Makes the outcome of every item from the ledger row of its id, after the store. False (ERR_STOP, internal): an item
 * has neither.
 */
MUSTUSE bool batch_outcomes(struct batch *batch, struct err *err);

/** Makes the outcome of every item that has a ledger row; the others stay pending. For tools that only look up. */
void batch_stored_outcomes(struct batch *batch);

#endif
