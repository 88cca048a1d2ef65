/**
 * The last ten minutes, in points of two seconds: the page draws them, and "in the last minute" is counted from them.
 *
 * Plain data of a fixed size, all zero at first. It belongs to one thread, or the caller holds a lock.
 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/counters.h"

#define HISTORY_POINT_S 2
#define HISTORY_POINTS  300
#define HISTORY_MINUTE  (60 / HISTORY_POINT_S)

/** What happened within the two seconds that end at `at_us`. */
struct history_point {
    int64_t at_us; /* since 1970 UTC */
    uint32_t created, duplicate, rejected;
    uint32_t by_code[ERRCODE_COUNT];
    uint32_t latency[HISTOGRAM_BOUNDS_MAX + 1];
    uint32_t rebalances, renewals;
    int64_t behind; /* at the end of the two seconds */
};

struct history {
    struct history_point points[HISTORY_POINTS];
    size_t count;
    size_t next; /* where the next point goes */
};

/** The point between two readings of the counters; `behind` is the lag at its end, `at_us` the time of that. */
struct history_point history_between(const struct counters *before, const struct counters *now, int64_t behind,
                                     int64_t at_us);

void history_add(struct history *history, const struct history_point *point);

/** The point that is `age` points old: 0 is the newest. `age` must be below `history->count`. */
const struct history_point *history_at(const struct history *history, size_t age);

/** How many rejections with this code the newest `points` points have. */
uint64_t history_rejected(const struct history *history, enum errcode code, size_t points);

/** The latencies of the newest `points` points. */
struct histogram history_latency(const struct history *history, size_t points);

#endif
