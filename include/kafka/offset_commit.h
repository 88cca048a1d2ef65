/**
 * A commit of the group's offsets outside a transaction, asked in slices: librdkafka's own waits for the coordinator without end.
 *
 * One thread.
 */
#ifndef KAFKA_OFFSET_COMMIT_H
#define KAFKA_OFFSET_COMMIT_H

#include "core/err.h"
#include "core/offsets.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

/** All zero: nothing is under way. */
struct offset_commit {
    struct rd_kafka_queue_s *answers;              /* where the answer will come; NULL: nothing is under way; owned */
    struct rd_kafka_topic_partition_list_s *asked; /* owned */
};

/**
 * Asks for the commit, unless just that is under way, and waits up to `timeout_ms` for its answer. PENDING: none yet, or one that says
 * "later" (then `err` says so, and the next call asks again). FAILED: ERR_ABORT (not a member of this generation), ERR_STOP.
 */
MUSTUSE enum progress offset_commit_run(struct offset_commit *commit, struct rd_kafka_s *rk, const char *topic,
                                        const struct offsets *offsets, int timeout_ms, struct err *err);

/** Listens no longer; what was asked for may happen all the same. Before the consumer goes. */
void offset_commit_forget(struct offset_commit *commit);

#endif
