/**
 * How long to wait for a request that cannot be resumed but only repeated. With a fixed time a broker that is farther
 * away would never answer in time, so each request that times out doubles the time of the next one.
 *
 * Plain data, all zero at first. One thread.
 */
#ifndef KAFKA_PATIENCE_H
#define KAFKA_PATIENCE_H

#include "runtime/clock.h"

#include <stdbool.h>

/* Longer than any round trip to a broker, and short enough for a loop that has other work. */
#define PATIENCE_MAX_MS 2000

struct patience {
    int slice_ms;
    int64_t begun_ms;
};

/** The time for this request in milliseconds: `least_ms`, or more if earlier requests have timed out. */
static inline int patience_begin(struct patience *patience, int least_ms)
{
    if (patience->slice_ms < least_ms)
        patience->slice_ms = least_ms;
    patience->begun_ms = clock_ms();
    return patience->slice_ms;
}

/** Notes how the request ended. A failure that comes early says nothing about the distance. */
static inline void patience_end(struct patience *patience, bool answered)
{
    int64_t took_ms = clock_ms() - patience->begun_ms;

    if (!answered && took_ms >= patience->slice_ms - 1 && patience->slice_ms < PATIENCE_MAX_MS)
        patience->slice_ms = 2 * patience->slice_ms < PATIENCE_MAX_MS ? 2 * patience->slice_ms : PATIENCE_MAX_MS;
    else if (answered && took_ms < patience->slice_ms / 4)
        patience->slice_ms /= 2;
}

#endif
