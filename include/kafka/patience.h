/**
 * How long to wait for what cannot be resumed: a request that is asked anew, from its beginning, when its time is out. With a fixed time a
 * broker that is farther away than that never gets to answer; so each time that runs out doubles the next one.
 *
 * Plain data, all zero at first. One thread.
 */
#ifndef KAFKA_PATIENCE_H
#define KAFKA_PATIENCE_H

#include "runtime/clock.h"

#include <stdbool.h>

/* Longer than any way to a broker; short enough for a loop that has other things to do. */
#define PATIENCE_MAX_MS 2000

struct patience {
    int slice_ms;
    int64_t begun_ms;
};

/** The time for this request: `least_ms`, or what the ones before it have taught. */
static inline int patience_begin(struct patience *patience, int least_ms)
{
    if (patience->slice_ms < least_ms)
        patience->slice_ms = least_ms;
    patience->begun_ms = clock_ms();
    return patience->slice_ms;
}

/** How it went. Failures that come early are no sign of a long way. */
static inline void patience_end(struct patience *patience, bool answered)
{
    int64_t took_ms = clock_ms() - patience->begun_ms;

    if (!answered && took_ms >= patience->slice_ms - 1 && patience->slice_ms < PATIENCE_MAX_MS)
        patience->slice_ms = 2 * patience->slice_ms < PATIENCE_MAX_MS ? 2 * patience->slice_ms : PATIENCE_MAX_MS;
    else if (answered && took_ms < patience->slice_ms / 4)
        patience->slice_ms /= 2;
}

#endif
