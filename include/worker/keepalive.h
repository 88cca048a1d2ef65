/**
 * Waiting without dying: whatever the loop waits for, the group is served, the watchdog sees it, and a stop is noticed.
 */
#ifndef WORKER_KEEPALIVE_H
#define WORKER_KEEPALIVE_H

#include "core/err.h"
#include "core/snapshot.h"
#include "kafka/source.h"
#include "runtime/backoff.h"

struct keepalive {
    struct source *source;
    enum dependency_name dependency; /* what is tried again */
    int64_t served_ms;               /* when the group was last served; monotonic */
    int64_t stop_limit_ms;           /* how long a stop that was asked for lets a wait go on */
    int64_t stop_seen_ms;            /* 0: no stop was asked for */
    struct backoff backoff;
};

/**
 * To be called in every loop that waits by itself (with short timeouts). Serves the group once a second. False: the wait is over:
 * ERR_STOP, or ERR_INTERRUPTED when a stop was asked for `stop_limit_ms` ago (what is in flight is left to the next start).
 */
MUSTUSE bool keepalive_tick(struct keepalive *keepalive, const char *what, struct err *err);

/**
 * The pause before another try after `why` (logged, rate-limited by the caller's backoff): serves the group meanwhile. False when the
 * process must end: ERR_STOP, or ERR_INTERRUPTED when a stop was asked for (what is in flight is left to the next start).
 */
MUSTUSE bool keepalive_pause(struct keepalive *keepalive, const char *what, const struct err *why, struct err *err);

#endif
