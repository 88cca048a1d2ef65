/**
 * The pure part of a batch's way in: decode, identify, validate; and what the ledger's answer makes of it.
 */
#ifndef WORKER_DECODE_BATCH_H
#define WORKER_DECODE_BATCH_H

#include "codec/decode.h"
#include "core/batch.h"

/**
 * Decodes and validates every item. What cannot be decoded is answered here; the others are left OUTCOME_PENDING, with
 * `violations` if they are already known to be rejected, for the store to decide or to remember.
 */
void decode_batch(const struct decode_options *options, bool id_required, struct batch *batch);

/**
 * After the store: the outcome of every item from its id's ledger row. False (ERR_STOP, internal) if an item was left without
 * either.
 */
MUSTUSE bool batch_outcomes(struct batch *batch, struct err *err);

/** The same of what has a row; an item that is in no ledger stays pending. For who only looks. */
void batch_stored_outcomes(struct batch *batch);

#endif
