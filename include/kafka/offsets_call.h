/**
 * rd_kafka_send_offsets_to_transaction, which keeps no timeout: with the group's coordinator away it does not return before that is back
 * (librdkafka issue 5456). So a thread of its own makes the call, and the loop waits in slices.
 *
 * All functions from the loop's thread. Meanwhile the producer may be polled and flushed; nothing else of its transaction may be called.
 */
#ifndef KAFKA_OFFSETS_CALL_H
#define KAFKA_OFFSETS_CALL_H

#include "core/err.h"

struct rd_kafka_s;
struct rd_kafka_error_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_consumer_group_metadata_s;

struct offsets_call;

/** Takes the list over and copies the metadata; borrows the producer until it is done or abandoned. */
struct offsets_call *offsets_call_start(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *offsets,
                                        const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms);

/** Waits up to `timeout_ms`. True: it is over and freed, `*error` is the caller's; NULL: success. */
MUSTUSE bool offsets_call_wait(struct offsets_call *call, int timeout_ms, struct rd_kafka_error_s **error);

/** Not waited for any longer: when it returns, its thread destroys the producer. A new producer fences what it may still do. */
void offsets_call_abandon(struct offsets_call *call);

#endif
