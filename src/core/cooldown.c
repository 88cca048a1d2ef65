#include "core/cooldown.h"

#include <stdio.h>

bool cooldown_rests(const struct cooldown *cooldown, int64_t now_ms)
{
    return now_ms < cooldown->until_ms;
}

bool cooldown_failed(struct cooldown *cooldown, const char *reason, int64_t now_ms)
{
    struct cooldown failed = {.failures = 1};

    snprintf(failed.reason, sizeof failed.reason, "%s", reason);
    if (strcmp(failed.reason, cooldown->reason) == 0)
        failed.failures += cooldown->failures;
    *cooldown = failed;
    if (cooldown->failures < COOLDOWN_FAILURES)
        return false;
    *cooldown = (struct cooldown){.until_ms = now_ms + COOLDOWN_MS};
    return true;
}

void cooldown_passed(struct cooldown *cooldown)
{
    *cooldown = (struct cooldown){0};
}
