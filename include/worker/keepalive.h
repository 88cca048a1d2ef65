/** How the loop waits: whatever it waits for, the group is served, the watchdog is ticked, and a stop is noticed. */
#ifndef WORKER_KEEPALIVE_H
#define WORKER_KEEPALIVE_H

#include "core/err.h"
#include "core/snapshot.h"
#include "kafka/source.h"
#include "runtime/backoff.h"

struct keepalive {
    struct source *source;
    enum dependency_name dependency; /* the dependency that is tried again */
    int64_t served_ms;               /* when the group was last served, in ms of a monotonic clock */
    int64_t stop_limit_ms;           /* for how long a wait may go on after a stop was requested */
    int64_t stop_seen_ms;            /* 0: no stop was requested */
    struct backoff backoff;
};

/**
 * Call it in every loop that waits by itself (with short timeouts). Serves the group once a second. `what` names the
 * wait. False: the wait is over, with ERR_STOP or ERR_RESTART, or ERR_INTERRUPTED when a stop was requested
 * `stop_limit_ms` ago (the next start takes up what is in flight).
 */
MUSTUSE bool keepalive_tick(struct keepalive *keepalive, const char *what, struct err *err);

/**
 * Pauses before another try after `why` (which is logged, as often as the backoff lets it), and serves the group
 * meanwhile. False: the process must end, with ERR_STOP or ERR_RESTART, or ERR_INTERRUPTED when a stop was requested
 * (the next start takes up what is in flight).
 */
MUSTUSE bool keepalive_pause(struct keepalive *keepalive, const char *what, const struct err *why, struct err *err);

#endif
