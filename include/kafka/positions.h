/**
 * Offsets of the command topic between our form and librdkafka's: positions, committed offsets, commits.
 */
#ifndef KAFKA_POSITIONS_H
#define KAFKA_POSITIONS_H

#include "core/err.h"
#include "core/offsets.h"

struct rd_kafka_s;
struct rd_kafka_topic_partition_list_s;

/** As librdkafka's list, to be destroyed by the caller. */
MUSTUSE struct rd_kafka_topic_partition_list_s *positions_list(const char *topic, const struct offsets *offsets);

/**
 * The consumer's position: past the last message polled, and past control and aborted records that were read after it. Negative
 * when nothing was read. (Measured on librdkafka 2.0.2: two commits and an abort of three records each end at position 12.)
 */
int64_t position_of(struct rd_kafka_s *rk, const char *topic, int32_t partition);

/**
 * Reads the group's committed offsets into the list: stable ones (KIP-447), since our consumers read committed. Answers librdkafka's
 * error code: of the call, or the first one of a partition; 0: read.
 */
MUSTUSE int positions_committed(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *list, int timeout_ms);

/** See source_settled. */
MUSTUSE enum progress positions_settled(struct rd_kafka_s *rk, const char *topic, const struct offsets *offsets,
                                        int timeout_ms, bool *moved, struct err *err);

#endif
