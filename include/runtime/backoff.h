/**
 * How long to wait before the next try, as data: decorrelated jitter between `base_ms` and `cap_ms`, so that a fleet
 * that lost its database at once does not come back at once.
 *
 * Pure: the random number comes in as an argument. Source: "Exponential Backoff And Jitter", AWS Architecture Blog,
 * 2015.
 */
#ifndef RUNTIME_BACKOFF_H
#define RUNTIME_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t base_ms; /* > 0; the shortest first wait */
    int64_t cap_ms;  /* >= base_ms */
    int64_t last_ms; /* 0: start anew */
};

/** The next wait: evenly distributed between base and 3 * last, at most cap. */
int64_t backoff_next(struct backoff *backoff, uint32_t random);

/** Starts anew, after a success. */
static inline void backoff_reset(struct backoff *backoff)
{
    backoff->last_ms = 0;
}

#endif
