/**
 * What a process of `sessiond run` knows about itself at one moment: plain numbers and short texts, each copy belongs
 * to its holder.
 *
 * The loop and the monitor fill the present one (core/status.h). Everything that the page, the metrics, `status` and
 * the log show is computed from a copy. It contains no payload, key or value of a command.
 *
 * Times ending in `_us` are microseconds since 1970 UTC; 0 means never. Durations have their unit in the name.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/dependency.h"
#include "core/errcode.h"
#include "core/lag_window.h"
#include "core/uuid.h"

enum life { LIFE_STARTING = 0, LIFE_RUNNING, LIFE_STOPPING };

#define SNAPSHOT_HOST 256
#define SNAPSHOT_PORT 8

/** The server of the present session, or of the last one; version 0: there was none yet. */
struct database_status {
    char host[SNAPSHOT_HOST]; /* a name, an address, or the folder of a socket */
    char port[SNAPSHOT_PORT];
    int version;            /* as libpq gives it: 150004 is 15.4 */
    bool waits_for_standby; /* a commit does, as the settings were when the session began */
};

/** Who looks whether a session's parents exist (postgres.reference.checks). */
struct checks_status {
    bool wanted; /* per-batch is configured */
    bool known;  /* the tables have been looked at */
    bool per_batch;
    char obstacle[DEPENDENCY_REASON]; /* why it is not, although it is wanted; "" */
};

/** One partition that is ours. Offsets are those of the next record; -1: not known yet. */
struct partition_status {
    int32_t partition;
    int64_t position; /* everything before it is answered */
    int64_t stable;
    int64_t end;
    int64_t oldest_us; /* since when the oldest unanswered record waits; 0: none waits, or it is not known */
    enum lag_verdict verdict;
    int64_t since_us;     /* since when the verdict is the same */
    int64_t committed_us; /* when an offset of it was last committed */
};

#define SNAPSHOT_PARTITIONS 1024

struct refusal {
    int64_t at_us;
    int32_t partition;
    int64_t offset;
    enum errcode code;
    struct uuid command_id;
};

#define SNAPSHOT_REFUSALS 20

struct snapshot {
    enum life life;
    int64_t started_us;
    int64_t moved_us; /* when a command was last answered */
    struct dependency dependencies[DEPENDENCY_COUNT];
    struct database_status database;
    struct checks_status checks;
    int brokers_up; /* of those that the cluster names: alive, or holding copies of the commands topic */
    int brokers;    /* 0: not known yet */

    bool joined;      /* the group has given an assignment at least once, perhaps an empty one */
    bool rebalancing; /* the group has taken the assignment away and not given another one yet */
    uint64_t epoch;
    uint64_t in_flight; /* commands read and not answered yet */
    int64_t committed_us;

    int64_t breaker_limit; /* dlq.brake; 0: it is off */
    int64_t breaker_run;
    bool breaker_open;
    enum errcode breaker_code;

    size_t partition_count;                                  /* how many partitions this process has */
    struct partition_status partitions[SNAPSHOT_PARTITIONS]; /* the first SNAPSHOT_PARTITIONS of them, ascending */
    int64_t behind;                                          /* how many records wait in all partitions */
    int64_t measured_us;                                     /* when the ends were last known */
    double in, out;                                          /* offsets a second, arriving and answered */

    struct refusal refusals[SNAPSHOT_REFUSALS]; /* newest first */
    size_t refusal_count;
};

/** How many of the partitions are in the list. */
static inline size_t snapshot_listed(const struct snapshot *snapshot)
{
    return snapshot->partition_count < SNAPSHOT_PARTITIONS ? snapshot->partition_count : SNAPSHOT_PARTITIONS;
}

/** The partition with the worst verdict and, among those, the longest lag; NULL without any. */
const struct partition_status *snapshot_worst(const struct snapshot *snapshot);

/** Milliseconds since the oldest record began to wait; 0 when none does. Never negative. */
int64_t snapshot_oldest_ms(const struct snapshot *snapshot, int64_t now_us);

/**
 * How many records of the partition wait, and how many of these an open transaction holds back; 0 while its end is not
 * known.
 */
int64_t partition_behind(const struct partition_status *partition);
int64_t partition_held_back(const struct partition_status *partition);

#endif
