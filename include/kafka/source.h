/**
 * Where commands come from: the consumer, its group membership and its assignment.
 *
 * All calls from the loop's thread. Callbacks (rebalance, error, log) run inside `source_fill`, `source_serve` and
 * `source_close` on that thread and only change the assignment and the epoch.
 *
 * Epoch: a number that grows with every assignment. Messages of an older epoch belong to nobody here any more: a batch
 * whose epoch is not `source_epoch()` is dropped, and it never goes out under another epoch's group metadata (the
 * broker checks the member's generation, not who owns a partition).
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
 * The same for a replay (kafka/replay.h): it is no member of a group, reads the ranges of `replay`, which it borrows and keeps up to
 * date, and has one epoch from when it has begun to its end. `config` is the replay's own: its `group.id` keeps the progress.
 */
struct replay;
MUSTUSE struct source *source_open_replay(const struct config *config, struct replay *replay, struct err *err);

/**
 * Checks, before anything is joined or produced, that a broker answers, that all topics exist, and that no setting of theirs breaks a
 * promise (kafka/cleanup.h); creates and changes none. Settings that cannot be read are a warning. DONE, PENDING (no answer yet: `err`
 * says why), FAILED with ERR_STOP.
 */
MUSTUSE enum progress source_check_topics(struct source *source, int timeout_ms, struct err *err);

/** Joins the group, or begins to read what is to be replayed. Once, after the sink has fenced a predecessor: from then on messages may come. */
MUSTUSE bool source_join(struct source *source, struct err *err);

/** Leaves and destroys. Batches must have been released. A static member sends no LeaveGroup. */
void source_close(struct source *source);

/** 0 while nothing is assigned; else the epoch of the present assignment. */
uint64_t source_epoch(const struct source *source);

/**
 * Fills an empty batch with what has arrived, at most `batch->capacity` messages and about `max_bytes`; waits up to
 * `timeout_ms` for the first message only. An empty batch is not an error. False: ERR_STOP (lost input: 65, fenced: 76,
 * permission: 77, missing topic: 78), or ERR_RESTART: this consumer is of no more use (after an outage, or the group takes nothing from
 * it); release all batches, close it and open another. What ended it is kept: every later call of source_fill and source_serve says it.
 */
MUSTUSE bool source_fill(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err);

/**
 * Serves the group (rebalances, errors) for `timeout_ms` without taking messages: for waits while batches are in
 * flight.
 */
MUSTUSE bool source_serve(struct source *source, int timeout_ms, struct err *err);

/**
 * How long after a fence of the producer the group's word is to be waited for: if another process has our identity this consumer is fenced
 * too, within a heartbeat.
 */
int64_t source_watch_ms(const struct source *source);

/** Gives the messages of a batch back and resets it. */
void source_release(struct source *source, struct batch *batch);

/** Keeps the first `count` items and gives the messages of the others back, unanswered. */
void source_truncate(struct source *source, struct batch *batch, size_t count);

/**
 * The offsets that publishing the first `count` items of `batch` may commit: past their last record of each partition, and past control and aborted
 * records that trail it when nothing of that partition was read after it (so that lag reaches 0 behind transactional
 * producers).
 */
void source_offsets(const struct source *source, const struct batch *batch, size_t count, struct offsets *offsets);

/**
 * With nothing in flight: the partitions whose position is past what is committed because only control or aborted
 * records came. Empty when there is nothing to commit.
 */
void source_trailing(const struct source *source, struct offsets *offsets);

/** To be called after a transaction that carried them was committed. */
void source_committed(struct source *source, const struct offsets *offsets);

/**
 * Whether a transaction in doubt was committed: reads the group's stable committed offsets (KIP-447 require-stable).
 * DONE: `*moved` says whether they are at least `offsets`. PENDING: not readable now; ask again.
 */
MUSTUSE enum progress source_settled(struct source *source, const struct offsets *offsets, int timeout_ms, bool *moved,
                                     struct err *err);

/**
 * Commits without a transaction (`events.delivery=at-least-once`). PENDING: no answer yet; again with the same offsets. FAILED: ERR_ABORT
 * (epoch gone), ERR_RESTART, ERR_STOP.
 */
MUSTUSE enum progress source_commit(struct source *source, const struct offsets *offsets, int timeout_ms,
                                    struct err *err);

/**
 * For the sink only, right before offsets are committed: whether the group still has what it committed of these partitions. FAILED:
 * ERR_STOP, the topic has been made anew behind our back and what we read last is not what follows. DONE otherwise, also when the
 * group's coordinator does not say: the commit itself will then have to wait for it. A replay has to know that no other one has begun:
 * PENDING, ask again.
 *
 * The story: (1) we have committed up to 10; (2) while we stand still (SIGSTOP, a paused machine) the topic is deleted and created
 * again, with 30 records; (3) librdkafka 2.0.2, which knows topics by name only, reads on at 10, and the first ten records are never
 * answered. The broker forgets a topic's committed offsets together with the topic: that shows.
 */
MUSTUSE enum progress source_kept(struct source *source, const struct offsets *offsets, struct err *err);

/** For the sink only: what else is committed beside each offset of the list. */
struct rd_kafka_topic_partition_list_s;
void source_mark(const struct source *source, struct rd_kafka_topic_partition_list_s *list);

/** For the sink only: the group has refused this epoch's offsets with `err`, which may become ERR_RESTART (kafka/membership.h). */
void source_refused(struct source *source, struct err *err);

/** For the sink only: the group metadata of the present epoch; NULL without one. Borrowed until the next source call.
 */
struct rd_kafka_consumer_group_metadata_s;
const struct rd_kafka_consumer_group_metadata_s *source_metadata(const struct source *source);

#endif
