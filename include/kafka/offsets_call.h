/**
 * Calls rd_kafka_send_offsets_to_transaction, which does not keep its timeout: while the group's coordinator is away it
 * does not return (librdkafka issue 5456). So a thread of its own makes the call, and the loop waits in slices.
 *
 * All functions are called from the loop's thread. Meanwhile the producer may be polled and flushed; no other call of
 * its transaction is allowed.
 */
#ifndef KAFKA_OFFSETS_CALL_H
#define KAFKA_OFFSETS_CALL_H

#include "core/err.h"

struct rd_kafka_s;
struct rd_kafka_error_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_consumer_group_metadata_s;

struct offsets_call;

/**
 * Starts the call. Takes over the list and copies the metadata; borrows the producer until the call is done or
 * abandoned.
 */
struct offsets_call *offsets_call_start(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *offsets,
                                        const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms);

/**
 * Waits up to `timeout_ms`. True: the call has returned and is freed; `*error` belongs to the caller, NULL means
 * success.
 */
MUSTUSE bool offsets_call_wait(struct offsets_call *call, int timeout_ms, struct rd_kafka_error_s **error);

/**
 * Gives the call up: its thread destroys the producer when it returns. A new producer fences whatever the old one may
 * still do.
 */
void offsets_call_abandon(struct offsets_call *call);

#endif
