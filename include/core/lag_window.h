/**
 * Whether a partition keeps up, judged by how it moved in the last half minute, not by a threshold.
 *
 * The story: a lag of 10,000 may be one second of work, or a partition that has not moved since midnight. A threshold
 * treats both alike. Two lags and two positions, half a minute apart, tell them apart.
 *
 * Source of the idea: LinkedIn Burrow, "Consumer Lag Evaluation Rules".
 *
 * Pure; plain data, all zero at first. Times in milliseconds of a monotonic clock, offsets are those of the next
 * record.
 */
#ifndef CORE_LAG_WINDOW_H
#define CORE_LAG_WINDOW_H

#include "core/bytes.h"

#define LAG_WINDOW_MS      30000
#define LAG_WINDOW_SAMPLES 32
/** While the window is shorter than this, nothing is said about a partition that is behind. */
#define LAG_WINDOW_MIN_MS 5000

struct lag_sample {
    int64_t at_ms;
    int64_t position; /* everything before it is answered */
    int64_t stable;   /* no open transaction holds back anything before it */
    int64_t end;
};

struct lag_window {
    struct lag_sample list[LAG_WINDOW_SAMPLES]; /* oldest first */
    size_t count;
};

enum lag_verdict {
    LAG_UNKNOWN = 0, /* behind, but not long enough to say more */
    LAG_OK,          /* caught up within the window, or what is waiting takes less than two seconds */
    LAG_BEHIND,      /* moving, and the lag shrinks */
    LAG_GROWING,     /* moving, and the lag does not shrink */
    LAG_STALLED,     /* there is something to read, and nothing has moved in the window */
    /*
     * Everything that can be read is answered; the rest waits behind a transaction that did not end within the window
     */
    LAG_BLOCKED,
    LAG_VERDICT_COUNT,
};

/** "ok", "behind", …; static. */
const char *lag_verdict_name(enum lag_verdict verdict);

/**
 * Adds a measurement and forgets what is older than the window. A measurement that goes back (a rewind, another owner)
 * starts the window anew.
 */
void lag_window_add(struct lag_window *window, const struct lag_sample *sample);

enum lag_verdict lag_window_verdict(const struct lag_window *window);

/** How many records are waiting, transaction markers included: never negative. */
int64_t lag_behind(const struct lag_sample *sample);

/** How many of the waiting records an open transaction holds back. */
int64_t lag_held_back(const struct lag_sample *sample);

/** Offsets a second over the window: answered (out) and arriving (in). 0 while that is not known. */
double lag_window_out(const struct lag_window *window);
double lag_window_in(const struct lag_window *window);

/**
 * Seconds until `behind` records are answered at the present rates. -1: never, because they arrive as fast as they are
 * answered.
 */
double lag_drain_seconds(int64_t behind, double out, double in);

#endif
