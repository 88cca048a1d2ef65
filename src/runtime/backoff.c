#include "runtime/backoff.h"

int64_t backoff_next(struct backoff *backoff, uint32_t random)
{
    int64_t last = backoff->last_ms < backoff->base_ms ? backoff->base_ms : backoff->last_ms;
    int64_t high = last > INT64_MAX / 3 ? INT64_MAX - 1 : 3 * last;
    int64_t wait = backoff->base_ms + (int64_t)(random % ((uint64_t)(high - backoff->base_ms) + 1));

    backoff->last_ms = wait < backoff->cap_ms ? wait : backoff->cap_ms;
    return backoff->last_ms;
}
