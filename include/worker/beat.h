/**
 * Waiting without dying: whatever the loop waits for, the group is served, the watchdog sees it, and a stop is noticed.
 */
#ifndef WORKER_BEAT_H
#define WORKER_BEAT_H

#include "core/err.h"
#include "kafka/source.h"
#include "ops/backoff.h"

struct beat {
    struct source *source;
    int64_t served_ms; /* when the group was last served; monotonic */
    struct backoff backoff;
};

/** To be called in every loop that waits by itself (with short timeouts). Serves the group once a second. False: ERR_STOP. */
MUSTUSE bool beat_tick(struct beat *beat, const char *what, struct err *err);

/**
 * The pause before another try after `err` (logged, rate-limited by the caller's backoff): serves the group meanwhile. False when
 * the process must end: ERR_STOP in `err`, or a stop was asked for (ERR_NONE in `err`: what is in flight is left to the next start).
 */
MUSTUSE bool beat_pause(struct beat *beat, const char *what, struct err *err);

#endif
