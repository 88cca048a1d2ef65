#include "kafka/copy_size.h"

/* After this time a copy is tried whole again, since max.message.bytes may have been raised. */
#define FORGET_MS 600000

void copy_size_refused(struct copy_size *known, size_t size, int64_t now_ms)
{
    bool old = known->refused == 0 || now_ms - known->seen_ms >= FORGET_MS;

    if (old || size < known->refused)
        known->refused = size;
    if (old || known->accepted >= known->refused)
        known->accepted = 0;
    known->seen_ms = now_ms;
}

void copy_size_accepted(struct copy_size *known, size_t size)
{
    if (size < known->refused && size > known->accepted)
        known->accepted = size;
}

size_t copy_size_limit(const struct copy_size *known, size_t size, int64_t now_ms)
{
    if (known->refused == 0 || size < known->refused || now_ms - known->seen_ms >= FORGET_MS)
        return 0;
    return known->accepted != 0 ? known->accepted : known->refused / 2;
}
