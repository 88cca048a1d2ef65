/**
 * What a replay reads of the command topic, and how far it has come: ranges of offsets instead of a group's assignment.
 *
 * Its progress is what the group `<group.id>-replay`, which has no members, has committed: in the transactions of the events, for every
 * partition of the topic the next offset and a mark (kafka/replay_mark.h). A process begins with a commit of nothing but these, so
 * that a replay that runs already, and is fenced by the new one's producer, can read who took its place.
 *
 * For kafka/source.h, which asks it wherever a member of a group would do something else. One thread: the loop's.
 */
#ifndef KAFKA_REPLAY_H
#define KAFKA_REPLAY_H

#include "config/config.h"
#include "core/err.h"
#include "core/offsets.h"
#include "kafka/assignment.h"
#include "kafka/replay_mark.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

/** One partition; the caller fills the first three. */
struct replay_part {
    int64_t begin; /* where the topic begins now */
    int64_t start; /* the range */
    int64_t end;
    int64_t next;  /* what is committed, or where it starts */
    int64_t read;  /* behind the last record that was handed out, or what is known to be behind `end` */
    int64_t found; /* what was committed when it began; negative: nothing */
    char found_run[REPLAY_RUN_TEXT]; /* and by whom; empty: by no replay */
    bool reached;                    /* nothing of the range is left to be read */
};

struct replay {
    struct replay_mark mark;   /* the caller's: run, arguments and begun_us, which a replay that goes on replaces */
    struct replay_part *parts; /* by partition, all of the topic; the caller's */
    size_t count;
    bool forecast;          /* nothing is committed: what is read is done */
    bool resumed;           /* it goes on with ranges that were not finished */
    bool announced;         /* the first commit is done */
    int64_t gone;           /* offsets of the ranges that the topic no longer has */
    uint64_t records;       /* handed out */
    int64_t watch_until_ms; /* after a fence: until then the group is asked who has taken over */
    int64_t watched_ms;     /* when, last */
    struct patience patience;
};

/**
 * Once the producer is ready: reads what is committed, decides whether to go on with it or to start anew, and begins to read. DONE,
 * PENDING (not readable yet), FAILED with ERR_STOP.
 */
MUSTUSE enum progress replay_begin(struct replay *replay, struct assignment *assignment, struct rd_kafka_s *rk,
                                   struct rd_kafka_queue_s *messages, const struct config *config, int timeout_ms,
                                   struct err *err);

/** False while the first commit is to be made, before which nothing is read. */
bool replay_may_read(const struct replay *replay);

/** Whether that record is of the ranges; notes that a range is at its end. */
MUSTUSE bool replay_wants(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition,
                          int64_t offset);

/** There is nothing before `offset` in that partition any more. */
void replay_at(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition, int64_t offset);

/** What an error of a record that is gone means here: the same call goes on behind it. Other errors stay as they are. */
void replay_judge(struct err *err, const char *place);

/** The end of the partition's range when all of it has been read, else -1: what may be committed past control records. */
int64_t replay_position(const struct replay *replay, int32_t partition);

/** With nothing in flight: what is to be committed besides what the assignment knows. */
void replay_trailing(const struct replay *replay, struct offsets *offsets);

void replay_committed(struct replay *replay, const struct offsets *offsets);

/** Puts the marks beside the offsets of a list that is to be committed. */
void replay_mark_list(const struct replay *replay, struct rd_kafka_topic_partition_list_s *list);

/** Whether what the group has committed is still this replay's; else ERR_STOP (76): another one has begun; before the first
 * commit ERR_RESTART: another one has gone on since this one read how far it is, which has to be read anew. */
MUSTUSE bool replay_is_ours(const struct replay *replay, const struct rd_kafka_topic_partition_list_s *list,
                            struct err *err);

/** As positions_settled, for commits of this replay only. */
MUSTUSE enum progress replay_settled(const struct replay *replay, struct rd_kafka_s *rk, const char *topic,
                                     const struct offsets *offsets, int timeout_ms, bool *moved, struct err *err);

/** After a fence: how long to ask who has taken over. */
int64_t replay_watch(struct replay *replay);

/** While it watches: asks. False: ERR_STOP (76). */
MUSTUSE bool replay_look(struct replay *replay, struct rd_kafka_s *rk, const char *topic, struct err *err);

/** Everything is committed; for a forecast, read. */
bool replay_finished(const struct replay *replay);

#endif
