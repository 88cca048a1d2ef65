/**
 * Where events go: the producer and its transactions, one call for each step, each with a finite timeout.
 *
 * The order of calls, and what to do about failures, is the worker's (worker/publish.h); this is the translation to
 * librdkafka and its classification. All calls from the loop's thread; delivery reports are served inside `sink_flush`
 * on that thread.
 *
 * ERR_ABORT: abort, then begin again. ERR_RENEW: this producer is of no more use (fatal, or timed out by the broker):
 * sink_renew. ERR_RESTART: the group takes nothing from this consumer any more. ERR_STOP: fenced as a member of the group (76), permission
 * (77), configuration (78). A fence of the producer is ERR_RENEW: only the consumer's own fence (source_serve) tells of another process.
 *
 * With `events.delivery=at-least-once` there are no transactions: begin, send_offsets and abort do nothing, commit
 * commits the offsets through the source after the flush.
 */
#ifndef KAFKA_SINK_H
#define KAFKA_SINK_H

#include "core/err.h"
#include "kafka/source.h"
#include "config/config.h"

struct sink;

/** Creates the producer object; no broker is needed yet. */
MUSTUSE struct sink *sink_open(const struct config *config, struct err *err);
/** The same, and each record goes out alone: slower, and one that is too large is named at once. For tools. */
MUSTUSE struct sink *sink_open_unbatched(const struct config *config, struct err *err);
void sink_close(struct sink *sink);

/**
 * Makes the producer ready: topic metadata (a cold first produce stalls 1 s) and init_transactions, which fences a predecessor
 * and settles what it left open. Call again while PENDING.
 */
MUSTUSE enum progress sink_init(struct sink *sink, int timeout_ms, struct err *err);

/** Destroys the producer and makes a new one; `sink_init` must follow. */
MUSTUSE bool sink_renew(struct sink *sink, struct err *err);

/**
 * True when the producer must be renewed before the next begin: a late answer could end that transaction (KAFKA-17754), or it is
 * the one that published record by record and is needed no longer.
 */
bool sink_tainted(const struct sink *sink);

/** True when this producer was fenced: by the broker's timeout or by another process with our identity. */
bool sink_fenced(const struct sink *sink);

/**
 * What is known of the size that the dead-letter topic takes: a copy of `size` bytes (keys, values, and of each header 10 more) is not
 * to be tried whole again, because one like it was refused, and should have at most as many bytes as the answer. 0: try it. Forgotten
 * after a while, since the topic may have been altered. Only copies: to cut an event would give it another key.
 */
size_t sink_copy_limit(const struct sink *sink, size_t size);

/** For how long a broker has held this producer up for a quota, in its last minute; 0: it has not. */
int sink_throttle_ms(const struct sink *sink);

MUSTUSE bool sink_begin(struct sink *sink, struct err *err);

/** Copies the record into the producer's queue. `delivery` must live until the transaction has ended. */
MUSTUSE bool sink_produce(struct sink *sink, const struct outbound *out, struct delivery *delivery, struct err *err);

/**
 * Waits for all delivery reports. FAILED with ERR_ABORT: some record was refused (`too_large` says which). A broker refuses a whole
 * batch of records for its size: the first time it is ERR_RENEW, and the new producer sends each record alone for a while; no longer
 * than this batch when it was copies that were too large, since they are cut from then on (sink_copy_limit).
 */
MUSTUSE enum progress sink_flush(struct sink *sink, int timeout_ms, struct err *err);

/** Not resumable but repeatable: again with the same offsets while PENDING. */
MUSTUSE enum progress sink_send_offsets(struct sink *sink, struct source *source, const struct offsets *offsets,
                                        int timeout_ms, struct err *err);

/** The same for a tool, of any topic: the list of a group that has no members (kafka/tools/copier.h), with its metadata. */
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_consumer_group_metadata_s;
MUSTUSE enum progress sink_add_offsets(struct sink *sink, const struct rd_kafka_topic_partition_list_s *offsets,
                                       const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms,
                                       struct err *err);

/** Resumable. FAILED, with any class: in doubt. In a transaction nothing is asked of `source` and `offsets`. */
MUSTUSE enum progress sink_commit(struct sink *sink, struct source *source, const struct offsets *offsets,
                                  int timeout_ms, struct err *err);

/** Resumable. FAILED with ERR_RENEW among others when the transaction was committed: the broker refuses to abort it. */
MUSTUSE enum progress sink_abort(struct sink *sink, int timeout_ms, struct err *err);

#endif
