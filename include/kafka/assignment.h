/**
 * The partitions that are ours now, under which group metadata, and how far each has come.
 *
 * The story that the epoch prevents: (1) we read a batch from partition 3; (2) the group rebalances and partition 3 goes to
 * another member; (3) that member reads and answers the same records; (4) we, still a member, publish our batch under the new
 * generation's metadata. The broker accepts it: it checks that we are a member of this generation, not that partition 3 is
 * ours. Every command would be answered twice. Rule: messages carry the epoch of the assignment under which they came, and
 * the metadata is taken when the epoch begins and dies with it.
 *
 * One thread: the loop's, inside polls.
 */
#ifndef KAFKA_ASSIGNMENT_H
#define KAFKA_ASSIGNMENT_H

#include "kafka/patience.h"
#include "core/err.h"

struct rd_kafka_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_queue_s;

struct owned_partition {
    int32_t partition;
    int64_t committed; /* the group's next offset as we know it; -1: it never committed */
    int64_t handed;    /* next offset after the last message given to a batch; -1: none yet */
};

struct assignment {
    uint64_t epoch;  /* 0: nothing assigned */
    uint64_t epochs; /* how many there have been */
    struct rd_kafka_consumer_group_metadata_s *metadata;
    struct rd_kafka_topic_partition_list_s *offered; /* given by the group, not begun yet; owned */
    int64_t offered_ms;
    struct patience patience;     /* with the group's coordinator; outlives assignments */
    struct owned_partition *list; /* owned */
    size_t count;
};

/**
 * The group gives us these partitions: takes the metadata, and keeps the list for `assignment_begin`. For the rebalance callback; does
 * not wait. False: this member is already out again, another assignment will come.
 */
MUSTUSE bool assignment_offer(struct assignment *assignment, struct rd_kafka_s *rk,
                              const struct rd_kafka_topic_partition_list_s *partitions, struct err *err);

/**
 * Starts the epoch of what was offered: reads what the group has committed, starts where that says, and at the beginning only where
 * the group never committed. Not in the callback, since it may have to wait for a transaction that only the loop can end: ours.
 * DONE: also when nothing was offered. PENDING: not readable yet; call again. FAILED: ERR_STOP.
 */
MUSTUSE enum progress assignment_begin(struct assignment *assignment, struct rd_kafka_s *rk,
                                       struct rd_kafka_queue_s *messages, int timeout_ms, struct err *err);

/**
 * For who reads without being a member: these partitions from these offsets, in an epoch that only `assignment_end` ends, with the
 * metadata of a group that has no members. False: ERR_STOP.
 */
MUSTUSE bool assignment_fix(struct assignment *assignment, struct rd_kafka_s *rk, struct rd_kafka_queue_s *messages,
                            const struct rd_kafka_topic_partition_list_s *partitions, const char *group_id,
                            struct err *err);

/** Ends the epoch: everything in flight is dropped by whoever looks at the epoch. */
void assignment_end(struct assignment *assignment, struct rd_kafka_s *rk);

/** Likewise, but the client is not told: it waits for that before it joins the group anew. `assignment_end` tells it later. */
void assignment_end_unanswered(struct assignment *assignment);

/** NULL when that partition is not ours. */
struct owned_partition *assignment_find(const struct assignment *assignment, int32_t partition);

#endif
