/**
 * How often values fell into which range. The ranges have fixed upper bounds; one more bucket takes what is beyond the
 * last bound.
 *
 * These are plain numbers; core/counters.h has those that two threads see. Values and bounds are in whole units of the
 * caller's choice (microseconds, messages).
 */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include "core/bytes.h"

#define HISTOGRAM_BOUNDS_MAX 20

/** The upper bounds, ascending, each inclusive as in Prometheus' `le`. */
struct histogram_bounds {
    size_t count;
    int64_t list[HISTOGRAM_BOUNDS_MAX];
};

struct histogram {
    uint64_t buckets[HISTOGRAM_BOUNDS_MAX + 1]; /* not cumulative; `bounds.count + 1` of them are used */
    uint64_t sum;                               /* of all values */
};

/** The index of the bucket that a value belongs to. */
size_t histogram_bucket(const struct histogram_bounds *bounds, int64_t value);

/** How many values there are. */
uint64_t histogram_count(const struct histogram *histogram);

/** The values that came after `before` was read: `now` minus `before`. */
struct histogram histogram_since(const struct histogram *now, const struct histogram *before);

/**
 * The value below which `permille` of 1000 values are. It is interpolated inside its bucket as Prometheus'
 * histogram_quantile does; a value beyond the last bound counts as that bound. -1 when there are no values.
 */
int64_t histogram_quantile(const struct histogram_bounds *bounds, const struct histogram *histogram, int permille);

#endif
