/**
 * The present snapshot of this process. The loop and the monitor fill it by small calls; others take a copy.
 *
 * There is one for the process. Any thread may call; each call holds a mutex while it copies numbers, and never across
 * I/O. Times are microseconds since 1970 UTC and come in as arguments.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "core/err.h"
#include "core/history.h"
#include "core/snapshot.h"

/** Starts it anew. Call it before the first thread is started. `breaker_limit`: dlq.brake, 0 when it is off. */
void status_begin(int64_t now_us, bool registry_used, int64_t breaker_limit);

void status_life(enum life life);

/**
 * A call to the dependency has failed and will be made again in `wait_ms` (0: at once). The code and the first line of
 * `err` are copied.
 */
void status_down(enum dependency_name name, const struct err *err, int64_t wait_ms, int64_t now_us);

/** The dependency has answered. `took_us`: how long that took, -1 when it is not known. */
void status_up(enum dependency_name name, int64_t took_us, int64_t now_us);

/**
 * What the monitor found when it asked a dependency itself; `err` is NULL when it answered. It never overrides what the
 * loop has reported.
 */
void status_probed(enum dependency_name name, const struct err *err, int64_t took_us, int64_t now_us);

/** A call to the dependency has begun, or has ended: one that lasts shows as waiting. */
void status_calling(enum dependency_name name, int64_t now_us);
void status_called(enum dependency_name name);

/** The database has given a session; copied. */
void status_database(const struct database_status *database);

/** Which reference checks are in force; copied. */
void status_checks(const struct checks_status *checks);

/** How many brokers there are, and how many of them are up. */
void status_brokers(int up, int all);

/** The group has given partitions, perhaps none (`epoch` > 0), or has taken all away (0). */
void status_assigned(uint64_t epoch);

/**
 * Sets the partitions of this process, with their positions and ends as far as they are known (else -1). An end that
 * was known before stays.
 */
void status_partitions(const struct partition_status *list, size_t count);

/** Since when a partition's records wait: the timestamp of the oldest one that was read and is not answered. */
struct waiting_since {
    int32_t partition;
    int64_t since_us;
};

/**
 * Sets how many commands are read and not answered yet, and the oldest of each partition that has any. The list is
 * copied.
 */
void status_in_flight(uint64_t commands, const struct waiting_since *list, size_t count);

/**
 * The records of this partition were answered before, and are read again after a rewind: so their age does not mean
 * that they are late.
 */
void status_reread(int32_t partition, bool reread);

/** Offsets have been committed: everything before `next` is answered. */
void status_committed(int32_t partition, int64_t next, int64_t now_us);

/** Commands have been answered. */
void status_moved(int64_t now_us);

void status_breaker(int64_t run, bool open, enum errcode code);

void status_refused(const struct refusal *refusal);

/** A fetch has told the end of a partition; for a group that never committed, a request has told its beginning. */
void status_end(int32_t partition, int64_t end);
void status_beginning(int32_t partition, int64_t beginning);

/**
 * What was measured of one partition: its ends and its verdict. A partition that is not ours is ignored. Then the rates
 * of all partitions.
 */
void status_measured(int32_t partition, int64_t stable, int64_t end, enum lag_verdict verdict, int64_t now_us);
void status_rates(double in, double out, int64_t now_us);

/** Adds a point to the last ten minutes. */
void status_record(const struct history_point *point);

/** Copies everything; `history` may be NULL. */
void status_copy(struct snapshot *snapshot, struct history *history);

#endif
