/**
 * The partitions of this consumer, the group metadata under which it has them, and how far each has come.
 *
 * The story that the epoch prevents: (1) we read a batch from partition 3; (2) the group rebalances and partition 3
 * goes to another member; (3) that member reads and answers the same records; (4) we, still a member, publish our batch
 * under the new generation's metadata. The broker accepts it: it checks that we are a member of this generation, not
 * that partition 3 is ours. Every command would be answered twice.
 *
 * The rule: messages carry the epoch of the assignment under which they came. The metadata is taken when an epoch
 * begins and dropped when it ends. An epoch is ours alone: it is neither the epoch of a producer, by which brokers
 * fence, nor the group's generation, which may stay the same.
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
    int64_t committed; /* the group's next offset as we know it; -1: the group never committed */
    int64_t handed;    /* the next offset after the last message that went into a batch; -1: none yet */
};

struct assignment {
    uint64_t epoch;  /* 0: nothing is assigned */
    uint64_t epochs; /* how many epochs there have been */
    struct rd_kafka_consumer_group_metadata_s *metadata;
    struct rd_kafka_topic_partition_list_s *offered; /* given by the group but not begun yet; owned */
    int64_t offered_ms;
    struct patience patience;     /* for requests to the group's coordinator; outlives assignments */
    struct owned_partition *list; /* owned */
    size_t count;
};

/**
 * The group has given these partitions: takes the metadata, and keeps the list for assignment_begin. Called in the
 * rebalance callback; does not wait. False: this member is out of the group again already, and another assignment will
 * come.
 */
MUSTUSE bool assignment_offer(struct assignment *assignment, struct rd_kafka_s *rk,
                              const struct rd_kafka_topic_partition_list_s *partitions, struct err *err);

/**
 * Begins the epoch of the offered partitions: reads the group's committed offsets and starts there, or at the beginning
 * of a partition that the group never committed. It is not done in the callback, since it may have to wait for a
 * transaction that only the loop can end: our own. DONE: it has begun, or nothing was offered. PENDING: the offsets
 * cannot be read yet; call again. FAILED: ERR_STOP.
 */
MUSTUSE enum progress assignment_begin(struct assignment *assignment, struct rd_kafka_s *rk,
                                       struct rd_kafka_queue_s *messages, int timeout_ms, struct err *err);

/**
 * For a reader that is not a member: these partitions from these offsets, with the metadata of a group that has no
 * members, in an epoch that only assignment_end ends. False: ERR_STOP.
 */
MUSTUSE bool assignment_fix(struct assignment *assignment, struct rd_kafka_s *rk, struct rd_kafka_queue_s *messages,
                            const struct rd_kafka_topic_partition_list_s *partitions, const char *group_id,
                            struct err *err);

/** Ends the epoch. The batches in flight are then dropped, since their epoch is not the present one. */
void assignment_end(struct assignment *assignment, struct rd_kafka_s *rk);

/**
 * Ends the epoch without telling the client, which waits for that before it joins the group anew. assignment_end tells
 * it later.
 */
void assignment_end_unanswered(struct assignment *assignment);

/** NULL when that partition is not ours. */
struct owned_partition *assignment_find(const struct assignment *assignment, int32_t partition);

#endif
