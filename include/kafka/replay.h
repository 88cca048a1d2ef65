/**
 * What a replay reads of the command topic, and how far it has come: ranges of offsets in the place of a group's
 * assignment.
 *
 * Its progress is what the group `<group.id>-replay`, which has no members, has committed: for every partition of the
 * topic the next offset and a mark (kafka/replay_mark.h), in the transactions of the events. A process begins by
 * committing these alone. So an older replay, which the new one's producer fences, can read who has taken its place.
 *
 * kafka/source.h calls it wherever a member of a group would do something else. One thread: the loop's.
 */
#ifndef KAFKA_REPLAY_H
#define KAFKA_REPLAY_H

#include "config/config.h"
#include "core/err.h"
#include "core/offsets.h"
#include "kafka/assignment.h"
#include "kafka/replay_mark.h"

/** What names its group, with config_group_beside, and its transactional id. */
#define REPLAY_NAME "replay"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

/** One partition. The caller fills the first three members. */
struct replay_part {
    int64_t begin; /* where the topic begins now */
    int64_t start; /* the first offset of the range */
    int64_t end;
    int64_t next;  /* the next offset that is committed, or the start of the range */
    int64_t read;  /* the offset after the last record that was handed out, or one that is known to be after `end` */
    int64_t found; /* the offset that was committed when it began; negative: none */
    char found_run[REPLAY_RUN_TEXT]; /* the run that had committed it; empty: not a replay */
    bool reached;                    /* the rest of the range has nothing more to read */
};

struct replay {
    struct replay_mark mark;   /* the caller sets run, arguments and begun_us; a replay that continues replaces them */
    struct replay_part *parts; /* by partition, all of the topic; owned by the caller */
    size_t count;
    bool forecast;          /* nothing is committed: what was read is done */
    bool resumed;           /* it continues ranges that were not finished */
    bool announced;         /* the first commit is done */
    int64_t gone;           /* how many offsets of the ranges the topic no longer has */
    uint64_t records;       /* how many records were handed out */
    int64_t watch_until_ms; /* after a fence: until when the group is asked who has taken over */
    int64_t watched_ms;     /* when it was last asked */
    struct patience patience;
};

/**
 * Reads what is committed, decides whether to continue or to start anew, and begins to read. Call it once the producer
 * is ready. DONE; PENDING, the offsets cannot be read yet; FAILED with ERR_STOP.
 */
MUSTUSE enum progress replay_begin(struct replay *replay, struct assignment *assignment, struct rd_kafka_s *rk,
                                   struct rd_kafka_queue_s *messages, const struct config *config, int timeout_ms,
                                   struct err *err);

/** False until the first commit is made; nothing is read before it. */
bool replay_may_read(const struct replay *replay);

/** True when the record belongs to the ranges. Also notes when a range has reached its end. */
MUSTUSE bool replay_wants(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition,
                          int64_t offset);

/** Notes that the partition has no records before `offset` any more. */
void replay_at(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition, int64_t offset);

/**
 * Judges the error of a record that no longer exists: the same call continues after it. Other errors stay as they are.
 */
void replay_judge(struct err *err, const char *place);

/**
 * The end of the partition's range when all of it has been read, else -1: what may be committed past control records.
 */
int64_t replay_position(const struct replay *replay, int32_t partition);

/** Adds what is to be committed besides what the assignment knows. Call it with nothing in flight. */
void replay_trailing(const struct replay *replay, struct offsets *offsets);

void replay_committed(struct replay *replay, const struct offsets *offsets);

/** Adds the marks to the offsets of a list that is to be committed. */
void replay_mark_list(const struct replay *replay, struct rd_kafka_topic_partition_list_s *list);

/**
 * True when what the group has committed is still of this replay. Else ERR_STOP (76): another replay has begun. Before
 * the first commit it is ERR_RESTART: another one has made progress since this one read the offsets, which have to be
 * read anew.
 */
MUSTUSE bool replay_is_ours(const struct replay *replay, const struct rd_kafka_topic_partition_list_s *list,
                            struct err *err);

/**
 * Tells whether a transaction of this replay that is in doubt was committed, by reading the group's stable committed
 * offsets and their marks. DONE: `*moved` says whether they are at least `offsets` and of this replay. PENDING: they
 * cannot be read now; ask again. FAILED: ERR_STOP.
 */
MUSTUSE enum progress replay_settled(const struct replay *replay, struct rd_kafka_s *rk, const char *topic,
                                     const struct offsets *offsets, int timeout_ms, bool *moved, struct err *err);

/** How long to ask who has taken over after a fence, in milliseconds. */
int64_t replay_watch(struct replay *replay);

/** Asks who has taken over, while it watches. False: ERR_STOP (76). */
MUSTUSE bool replay_look(struct replay *replay, struct rd_kafka_s *rk, const char *topic, struct err *err);

/** True when everything is committed, or for a forecast when everything is read. */
bool replay_finished(const struct replay *replay);

#endif
