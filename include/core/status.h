/**
 * The present snapshot of this process: the loop and the monitor fill it by small calls, others take a copy.
 *
 * One for the process. Any thread may call; each call holds a mutex for as long as it copies numbers, and never across I/O. Time comes
 * in as an argument: microseconds since 1970 UTC.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "core/err.h"
#include "core/history.h"
#include "core/snapshot.h"

/** Before the first thread; everything anew. */
void status_begin(int64_t now_us, bool registry_used, int64_t breaker_limit);

void status_life(enum life life);

/** A call to it has failed and will be made again in `wait_ms` (0: at once). */
void status_down(enum dependency_name name, const struct err *err, int64_t wait_ms, int64_t now_us);

/** It has answered; `took_us`: how long that took, -1: not known. */
void status_up(enum dependency_name name, int64_t took_us, int64_t now_us);

/** What the monitor found, who asks beside the loop: NULL, it answers. Of what the loop itself says nothing is taken back. */
void status_probed(enum dependency_name name, const struct err *err, int64_t took_us, int64_t now_us);

/** A call to it has begun, or is over: one that lasts is waiting. */
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

/** The partitions that are ours with their positions and ends as far as they are known (-1); ends that were known stay. */
void status_partitions(const struct partition_status *list, size_t count);

/** A partition's records wait since then: the timestamp of the oldest one that was read and not answered. */
struct waiting_since {
    int32_t partition;
    int64_t since_us;
};

/** How many commands are read and not answered yet, and the oldest of each partition of which there are some. */
void status_in_flight(uint64_t commands, const struct waiting_since *list, size_t count);

/** The records of this partition were answered before, and are read again after a rewind: their age is no lateness. */
void status_reread(int32_t partition, bool reread);

/** Offsets have been committed: everything before `next` is answered. */
void status_committed(int32_t partition, int64_t next, int64_t now_us);

/** Commands have been answered. */
void status_moved(int64_t now_us);

void status_breaker(int64_t run, bool open, enum errcode code);

void status_refused(const struct refusal *refusal);

/** What a fetch has told of a partition's end, and what asking has told of its beginning, when the group never committed. */
void status_end(int32_t partition, int64_t end);
void status_beginning(int32_t partition, int64_t beginning);

/** What was measured of one partition that may be ours: its ends, its verdict; and of all of them. */
void status_measured(int32_t partition, int64_t stable, int64_t end, enum lag_verdict verdict, int64_t now_us);
void status_rates(double in, double out, int64_t now_us);

/** Adds a point to the last ten minutes. */
void status_record(const struct history_point *point);

/** A copy of it all; `history` may be NULL. */
void status_copy(struct snapshot *snapshot, struct history *history);

#endif
