/**
 * The records that answer a batch: an event for each command, a second copy for a reply topic if the command asks for
 * it, and a copy for the dead-letter topic if its code requires one.
 *
 * Records are encoded one by one on their way to the producer, which copies them; only what became of each is kept.
 * Encoding is deterministic, so another attempt gives the same bytes.
 */
#ifndef WORKER_DELIVERIES_H
#define WORKER_DELIVERIES_H

#include "codec/event.h"
#include "core/batch.h"
#include "core/err.h"
#include "kafka/sink.h"

struct deliveries {
    struct delivery *list; /* in the batch's arena, in the order of the commands */
    size_t count;
    struct arena scratch; /* owned: for one record at a time */
};

/**
 * Plans the records for the items from `from` to before `end`, and forgets the plan before. Suppressed duplicates get
 * none.
 */
void deliveries_plan(struct deliveries *deliveries, const struct config *config, struct batch *batch, size_t from,
                     size_t end);

/**
 * Encodes every record, each item as its `fit` and `dlq_limit` say, and gives it to the sink. Lowers `dlq_limit` where
 * the sink knows that the dead-letter topic would refuse the copy. False: the sink has failed.
 */
MUSTUSE bool deliveries_produce(struct deliveries *deliveries, struct sink *sink, struct event_encoder *encoder,
                                const struct config *config, struct batch *batch, struct err *err);

/** True when the topic refused a record for its size. */
bool deliveries_refused(const struct deliveries *deliveries);

/**
 * Makes the items smaller whose records were refused. False: ERR_STOP, one of them cannot be made smaller; the message
 * names it.
 */
MUSTUSE bool deliveries_shrink(const struct deliveries *deliveries, struct batch *batch, struct err *err);

void deliveries_free(struct deliveries *deliveries);

#endif
