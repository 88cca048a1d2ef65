/**
 * What a process of `sessiond run` knows about itself at one moment: plain numbers and short texts, a copy that belongs to whoever has it.
 *
 * The loop and the monitor fill the present one (core/status.h); everything that is shown, on the page, in metrics, in `status` and in
 * the log, is computed from a copy. No payload, no key, no value of a command is in it.
 *
 * Times ending in `_us` are microseconds since 1970 UTC, 0: never. Durations have their unit in the name.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/errcode.h"
#include "core/lag_window.h"
#include "core/uuid.h"

enum life { LIFE_STARTING = 0, LIFE_RUNNING, LIFE_STOPPING };

enum dependency_name { DEPENDENCY_POSTGRESQL = 0, DEPENDENCY_KAFKA, DEPENDENCY_REGISTRY, DEPENDENCY_COUNT };

#define SNAPSHOT_CODE   32
#define SNAPSHOT_REASON 200

struct dependency {
    bool used;                    /* false: no registry is configured */
    bool up;                      /* it has answered last */
    bool down;                    /* it has failed last; neither: nothing is known yet */
    int64_t since_us;             /* of `up` or `down` */
    int64_t waiting_us;           /* when a call began that has not been answered yet */
    int tries;                    /* in a row that have failed */
    int64_t next_us;              /* when the next one is */
    char code[SNAPSHOT_CODE];     /* of the last error, e.g. "E-PG-57P03"; stays when it is up again */
    char reason[SNAPSHOT_REASON]; /* its first line */
    int64_t failed_us;            /* when it was */
    int64_t took_us;              /* how long the last answer took; 0: none yet. A duration */
};

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
    char obstacle[SNAPSHOT_REASON]; /* why it is not, although it is wanted; "" */
};

/** One partition that is ours. Offsets are those of the next record; -1: not known yet. */
struct partition_status {
    int32_t partition;
    int64_t position; /* up to here everything is answered */
    int64_t stable;
    int64_t end;
    int64_t oldest_us; /* since when the oldest record that is not answered waits; 0: none does, or it is not known */
    enum lag_verdict verdict;
    int64_t since_us;     /* of the verdict */
    int64_t committed_us; /* the last commit that concerned it */
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

    bool joined;      /* the group has given us an assignment once, be it an empty one */
    bool rebalancing; /* it has taken the last one away, and not given another yet */
    uint64_t epoch;
    uint64_t in_flight; /* commands read and not answered yet */
    int64_t committed_us;

    int64_t breaker_limit; /* dlq.brake; 0: off */
    int64_t breaker_run;
    bool breaker_open;
    enum errcode breaker_code;

    size_t partition_count;                                  /* that are ours */
    struct partition_status partitions[SNAPSHOT_PARTITIONS]; /* the first so many of them, ascending */
    int64_t behind;                                          /* of all of them */
    int64_t measured_us;                                     /* when the ends were last known */
    double in, out;                                          /* offsets a second */

    struct refusal refusals[SNAPSHOT_REFUSALS]; /* newest first */
    size_t refusal_count;
};

/** How many of the partitions are in the list. */
static inline size_t snapshot_listed(const struct snapshot *snapshot)
{
    return snapshot->partition_count < SNAPSHOT_PARTITIONS ? snapshot->partition_count : SNAPSHOT_PARTITIONS;
}

/** "postgresql", "kafka", "registry"; static. */
const char *dependency_label(enum dependency_name name);

/** "PostgreSQL", "Kafka", "the schema registry": for sentences. */
const char *dependency_title(enum dependency_name name);

/** The partition with the worst verdict, then the longest lag; NULL without any. */
const struct partition_status *snapshot_worst(const struct snapshot *snapshot);

/** Milliseconds since the oldest record began to wait; 0 when none does. Never negative. */
int64_t snapshot_oldest_ms(const struct snapshot *snapshot, int64_t now_us);

/** Records of one partition that wait, and those that an open transaction holds back; 0 while the end is not known. */
int64_t partition_behind(const struct partition_status *partition);
int64_t partition_held_back(const struct partition_status *partition);

#endif
