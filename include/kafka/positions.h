/** Offsets of the command topic, between our form and librdkafka's: positions, committed offsets, commits. */
#ifndef KAFKA_POSITIONS_H
#define KAFKA_POSITIONS_H

#include "core/err.h"
#include "core/offsets.h"

struct rd_kafka_s;
struct rd_kafka_topic_partition_list_s;

/** The offsets as librdkafka's list, which the caller destroys. */
MUSTUSE struct rd_kafka_topic_partition_list_s *positions_list(const char *topic, const struct offsets *offsets);

/**
 * The consumer's position: past the last message polled, and past control and aborted records that were read after it.
 * Negative when nothing was read yet. (Measured on librdkafka 2.0.2: two commits and an abort of three records each end
 * at position 12.)
 */
int64_t position_of(struct rd_kafka_s *rk, const char *topic, int32_t partition);

/**
 * Reads the group's committed offsets into the list: stable ones (KIP-447), since our consumers read committed records
 * only. Returns librdkafka's error code: that of the call, or the first one of a partition; 0 when they were read.
 */
MUSTUSE int positions_committed(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *list, int timeout_ms);

/**
 * Tells whether a transaction in doubt was committed, by reading the group's stable committed offsets. DONE: `*moved`
 * says whether they are at least `offsets`. PENDING: they cannot be read now; ask again. FAILED: ERR_STOP.
 */
MUSTUSE enum progress positions_settled(struct rd_kafka_s *rk, const char *topic, const struct offsets *offsets,
                                        int timeout_ms, bool *moved, struct err *err);

#endif
