#include "worker/portion.h"

/*
 * Less than every time-out that an attempt can meet (message.timeout.ms, transaction.timeout.ms, a step's deadline),
 * and more than a busy broker takes.
 */
#define SLOW_MS 5000

#define QUICK_MS 2000

size_t portion_end(const struct portion *portion, size_t from, size_t count)
{
    size_t left = count - from;

    return portion->most == 0 || portion->most >= left ? count : from + portion->most;
}

bool portion_failed(struct portion *portion, size_t items, int64_t took_ms)
{
    if (took_ms < SLOW_MS || items <= 1)
        return false;
    portion->most = items / 2;
    return true;
}

void portion_succeeded(struct portion *portion, size_t capacity, int64_t took_ms)
{
    if (portion->most == 0 || took_ms > QUICK_MS)
        return;
    portion->most += portion->most / 4 + 1;
    if (portion->most >= capacity)
        portion->most = 0;
}
