/**
 * Where events go: the producer and its transactions. There is one call for each step, and each has a finite timeout.
 *
 * The worker decides about the order of the calls and about failures (worker/publish.h); the sink translates to
 * librdkafka and classifies its errors. All calls come from the loop's thread; delivery reports are served inside
 * `sink_flush` on that thread.
 *
 * ERR_ABORT: abort, then begin again. ERR_RENEW: this producer is unusable (fatal error, or timed out by the broker);
 * call sink_renew. ERR_RESTART: the group accepts nothing from this consumer any more. ERR_STOP: fenced as a member of
 * the group (76), permission (77), configuration (78). A fence of the producer is ERR_RENEW: only a fence of the
 * consumer (source_serve) shows another process.
 *
 * With `events.delivery=at-least-once` there are no transactions: begin, send_offsets and abort do nothing, and commit
 * commits the offsets through the source after the flush.
 */
#ifndef KAFKA_SINK_H
#define KAFKA_SINK_H

#include "core/err.h"
#include "kafka/source.h"
#include "config/config.h"

struct sink;

/** Creates the producer object; no broker is needed yet. Borrows the config. NULL with ERR_STOP. */
MUSTUSE struct sink *sink_open(const struct config *config, struct err *err);
/**
 * Creates the producer object of a tool, which sends each record alone: that is slower, but a record that is too large
 * is named at once. Borrows the config. NULL with ERR_STOP.
 */
MUSTUSE struct sink *sink_open_unbatched(const struct config *config, struct err *err);
void sink_close(struct sink *sink);

/**
 * Makes the producer ready: topic metadata (a cold first produce stalls 1 s) and init_transactions, which fences a
 * predecessor and ends what it left open. Call again while PENDING.
 */
MUSTUSE enum progress sink_init(struct sink *sink, int timeout_ms, struct err *err);

/** Destroys the producer and makes a new one; `sink_init` must follow. */
MUSTUSE bool sink_renew(struct sink *sink, struct err *err);

/**
 * True when the producer must be renewed before the next begin: a late request could end that transaction
 * (KAFKA-17754), or it is a producer that sends each record alone and is not needed any more.
 */
bool sink_tainted(const struct sink *sink);

/** True when this producer was fenced: by the broker's timeout, or by another process with our identity. */
bool sink_fenced(const struct sink *sink);

/**
 * How large a dead-letter copy may be, as far as is known. `size`: keys, values, and 10 bytes more for each header. 0:
 * try the copy as it is. Else a copy of that size was refused before, so cut it to that many bytes first. This is
 * forgotten after a while, since the topic may have been altered. It is only for copies: to cut an event would give it
 * another key.
 */
size_t sink_copy_limit(const struct sink *sink, size_t size);

/** For how many ms a broker has delayed this producer because of a quota, within the last minute; 0: it has not. */
int sink_throttle_ms(const struct sink *sink);

MUSTUSE bool sink_begin(struct sink *sink, struct err *err);

/** Copies the record into the producer's queue. `delivery` must live until the transaction has ended. */
MUSTUSE bool sink_produce(struct sink *sink, const struct outbound *out, struct delivery *delivery, struct err *err);

/**
 * Waits for all delivery reports. FAILED with ERR_ABORT: a record was refused (`too_large` says which). A broker
 * refuses a whole batch of records for its size. The first time that is ERR_RENEW, and the new producer sends each
 * record alone for a while; only for this batch if dead-letter copies were too large, since these are cut from then on
 * (sink_copy_limit).
 */
MUSTUSE enum progress sink_flush(struct sink *sink, int timeout_ms, struct err *err);

/**
 * Adds the offsets to the transaction. It cannot be resumed but repeated: call it with the same offsets while PENDING.
 */
MUSTUSE enum progress sink_send_offsets(struct sink *sink, struct source *source, const struct offsets *offsets,
                                        int timeout_ms, struct err *err);

/**
 * Adds offsets of any topic to the transaction, for a tool: the list of a group that has no members
 * (kafka/tools/copier.h), with its metadata. Repeat it with the same list while PENDING.
 */
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_consumer_group_metadata_s;
MUSTUSE enum progress sink_add_offsets(struct sink *sink, const struct rd_kafka_topic_partition_list_s *offsets,
                                       const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms,
                                       struct err *err);

/**
 * Commits. Can be resumed while PENDING. FAILED, with any class: the commit is in doubt. With transactions `source` and
 * `offsets` are not used.
 */
MUSTUSE enum progress sink_commit(struct sink *sink, struct source *source, const struct offsets *offsets,
                                  int timeout_ms, struct err *err);

/**
 * Aborts. Can be resumed while PENDING. FAILED with ERR_RENEW, among other causes when the transaction was committed:
 * the broker refuses to abort it.
 */
MUSTUSE enum progress sink_abort(struct sink *sink, int timeout_ms, struct err *err);

#endif
