/**
 * Commits the group's offsets outside a transaction, in slices, because librdkafka's own call waits for the coordinator
 * without end.
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

/** All zero: no commit is under way. */
struct offset_commit {
    struct rd_kafka_queue_s *answers;              /* where the answer will come; NULL: no commit is under way; owned */
    struct rd_kafka_topic_partition_list_s *asked; /* the offsets of the request; owned */
};

/**
 * Asks for the commit, unless it is under way already, and waits up to `timeout_ms` for the answer. PENDING: no answer
 * yet, or one that says "later" (then `err` says so, and the next call asks again). FAILED: ERR_ABORT (not a member of
 * this generation) or ERR_STOP.
 */
MUSTUSE enum progress offset_commit_run(struct offset_commit *commit, struct rd_kafka_s *rk, const char *topic,
                                        const struct offsets *offsets, int timeout_ms, struct err *err);

/** Stops listening; the commit may happen nevertheless. Call it before the consumer is closed. */
void offset_commit_forget(struct offset_commit *commit);

#endif
