/**
 * Where commands come from: the consumer, its group membership and its assignment.
 *
 * All calls come from the loop's thread. Callbacks (rebalance, error, log) run inside `source_fill`, `source_serve` and
 * `source_close` on that thread and change only the assignment and the epoch.
 *
 * Epoch: a number that grows with every assignment (kafka/assignment.h). Messages of an older epoch are not this
 * consumer's any more: a batch whose epoch is not `source_epoch()` is dropped. It never goes out under another epoch's
 * group metadata, because the broker checks only the member's generation, not who owns a partition.
 */
#ifndef KAFKA_SOURCE_H
#define KAFKA_SOURCE_H

#include "core/batch.h"
#include "core/err.h"
#include "core/offsets.h"
#include "config/config.h"

struct source;

/**
 * Creates the consumer; does not wait for a broker. Borrows the config. NULL with ERR_STOP (configuration).
 */
MUSTUSE struct source *source_open(const struct config *config, struct err *err);

/**
 * Creates the consumer of a replay (kafka/replay.h). It is not a member of a group, reads the ranges of `replay`, which
 * it borrows and keeps up to date, and has a single epoch from its beginning to its end. `config` is the replay's own:
 * its `group.id` keeps the progress. NULL with ERR_STOP.
 */
struct replay;
MUSTUSE struct source *source_open_replay(const struct config *config, struct replay *replay, struct err *err);

/**
 * Checks, before anything is joined or produced, that a broker answers, that all topics exist, and that none of their
 * settings breaks a promise (kafka/cleanup.h). It creates and changes nothing. Settings that cannot be read are a
 * warning. DONE; PENDING, no answer yet (`err` says why); FAILED with ERR_STOP.
 */
MUSTUSE enum progress source_check_topics(struct source *source, int timeout_ms, struct err *err);

/**
 * Joins the group, or begins to read what is to be replayed. Call it once, after the sink has fenced a predecessor:
 * from then on messages may come.
 */
MUSTUSE bool source_join(struct source *source, struct err *err);

/** Leaves the group and destroys the consumer. Batches must have been released. A static member sends no LeaveGroup. */
void source_close(struct source *source);

/** 0 while nothing is assigned; else the epoch of the present assignment. */
uint64_t source_epoch(const struct source *source);

/**
 * Adds to a batch what has arrived, until it has `batch->capacity` messages or about `max_bytes`; waits up to
 * `timeout_ms` for its first message only. An empty batch is not an error. A batch whose epoch is over gets nothing, and
 * is to be released. False: ERR_STOP (lost input: 65, fenced: 76, permission: 77, missing topic: 78), or ERR_RESTART:
 * this consumer is unusable (after an outage, or because the group accepts nothing from it); release all batches, close
 * it and open another. The cause is kept: every later call of source_fill and source_serve reports it.
 */
MUSTUSE bool source_fill(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err);

/**
 * Serves the group (rebalances, errors) for `timeout_ms` without taking messages: for waits while batches are in
 * flight. False: the same errors as of source_fill.
 */
MUSTUSE bool source_serve(struct source *source, int timeout_ms, struct err *err);

/**
 * How long to wait for the group after a fence of the producer, in milliseconds: if another process has our identity
 * this consumer is fenced too, within a heartbeat.
 */
int64_t source_watch_ms(const struct source *source);

/** Returns the messages of a batch and resets the batch. */
void source_release(struct source *source, struct batch *batch);

/** Keeps the first `count` items and returns the messages of the others, which stay unanswered. */
void source_truncate(struct source *source, struct batch *batch, size_t count);

/**
 * The offsets that may be committed when the first `count` items of `batch` are published: past their last record of
 * each partition. If nothing of that partition was read after it, also past the control and aborted records that
 * follow, so that the lag reaches 0 behind transactional producers.
 */
void source_offsets(const struct source *source, const struct batch *batch, size_t count, struct offsets *offsets);

/**
 * The partitions whose position is past what is committed because only control or aborted records came. Call it with
 * nothing in flight. Empty when there is nothing to commit.
 */
void source_trailing(const struct source *source, struct offsets *offsets);

/** Call it after a transaction with these offsets was committed. */
void source_committed(struct source *source, const struct offsets *offsets);

/**
 * Whether a transaction in doubt was committed: reads the group's stable committed offsets (KIP-447 require-stable).
 * DONE: `*moved` says whether they are at least `offsets`. PENDING: they cannot be read now; ask again. FAILED:
 * ERR_STOP or ERR_RESTART.
 */
MUSTUSE enum progress source_settled(struct source *source, const struct offsets *offsets, int timeout_ms, bool *moved,
                                     struct err *err);

/**
 * Commits offsets without a transaction (`events.delivery=at-least-once`). PENDING: no answer yet; call again with the
 * same offsets. FAILED: ERR_ABORT (the epoch is over), ERR_RESTART, ERR_STOP.
 */
MUSTUSE enum progress source_commit(struct source *source, const struct offsets *offsets, int timeout_ms,
                                    struct err *err);

/**
 * Checks, right before offsets are committed, that the group still has what it committed of these partitions. For the
 * sink only. FAILED: ERR_STOP, the topic was deleted and created anew, and the records that we read last are not the
 * ones that follow. DONE otherwise, also when the group's coordinator does not answer: the commit itself will then wait
 * for it. PENDING only for a replay, which must know that no other one has begun: ask again.
 *
 * The story: (1) we have committed up to 10; (2) while we stand still (SIGSTOP, a paused machine) the topic is deleted
 * and created again, with 30 records; (3) librdkafka 2.0.2, which knows topics by name only, reads on at 10, and the
 * first ten records are never answered. The broker drops a topic's committed offsets together with the topic, and that
 * can be seen.
 */
MUSTUSE enum progress source_kept(struct source *source, const struct offsets *offsets, struct err *err);

/** Adds a replay's marks to each offset of the list. For the sink only. */
struct rd_kafka_topic_partition_list_s;
void source_mark(const struct source *source, struct rd_kafka_topic_partition_list_s *list);

/**
 * The group has refused this epoch's offsets with `err`, which may become ERR_RESTART (kafka/membership.h). For the
 * sink only.
 */
void source_refused(struct source *source, struct err *err);

/**
 * The group metadata of the present epoch; NULL without one. Borrowed until the next call of the source. For the sink
 * only.
 */
struct rd_kafka_consumer_group_metadata_s;
const struct rd_kafka_consumer_group_metadata_s *source_metadata(const struct source *source);

#endif
