/**
 * When something that may be left out is not tried for a while: after COOLDOWN_FAILURES failures running for one reason
 * it rests for COOLDOWN_MS.
 *
 * Pure: the time comes in. Plain data, all zero at first.
 */
#ifndef CORE_COOLDOWN_H
#define CORE_COOLDOWN_H

#include "core/bytes.h"

#define COOLDOWN_FAILURES 3
#define COOLDOWN_MS       60000

struct cooldown {
    char reason[64]; /* of the failures that were counted */
    int failures;    /* running, for that reason */
    int64_t until_ms;
};

/** Whether it rests. */
bool cooldown_rests(const struct cooldown *cooldown, int64_t now_ms);

/** It failed, for that reason. True: it rests from now on. A reason is cut to what fits. */
bool cooldown_failed(struct cooldown *cooldown, const char *reason, int64_t now_ms);

void cooldown_passed(struct cooldown *cooldown);

#endif
