/**
 * Pauses something that can be left out: after COOLDOWN_FAILURES failures in a row for the same reason it is not tried
 * for COOLDOWN_MS.
 *
 * Pure: time comes in as an argument, in milliseconds of a monotonic clock. Plain data, all zero at first.
 */
#ifndef CORE_COOLDOWN_H
#define CORE_COOLDOWN_H

#include "core/bytes.h"

#define COOLDOWN_FAILURES 3
#define COOLDOWN_MS       60000

struct cooldown {
    char reason[64]; /* of the failures that were counted */
    int failures;    /* in a row, for that reason */
    int64_t until_ms;
};

/** True while it is not to be tried. */
bool cooldown_rests(const struct cooldown *cooldown, int64_t now_ms);

/**
 * Notes a failure for that reason. Returns true when the pause begins with it. The reason is copied, and cut to what
 * fits.
 */
bool cooldown_failed(struct cooldown *cooldown, const char *reason, int64_t now_ms);

void cooldown_passed(struct cooldown *cooldown);

#endif
