#include "runtime/log_recent.h"

#include "runtime/clock.h"

#include <stdatomic.h>
#include <stdio.h>

/* A flag and no mutex: the watchdog logs while any lock may be held, and must not wait for one. */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static struct log_recent_line ring[LOG_RECENT_COUNT];
static uint64_t added;

static bool take(void)
{
    return !atomic_flag_test_and_set_explicit(&busy, memory_order_acquire);
}

static void give(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

void log_recent_add(enum log_level level, const char *code, const char *message)
{
    if (!take())
        return;
    struct log_recent_line *line = &ring[added++ % LOG_RECENT_COUNT];
    line->time_us = clock_utc_us();
    line->level = level;
    snprintf(line->code, sizeof line->code, "%s", code == NULL ? "" : code);
    snprintf(line->message, sizeof line->message, "%s", message);
    for (char *c = line->message; *c != 0; c++)
        if (*c == '\n')
            *c = ' ';
    give();
}

size_t log_recent_copy(struct log_recent_line lines[static LOG_RECENT_COUNT])
{
    if (!take())
        return 0;
    size_t count = added < LOG_RECENT_COUNT ? (size_t)added : LOG_RECENT_COUNT;
    for (size_t i = 0; i < count; i++)
        lines[i] = ring[(added - count + i) % LOG_RECENT_COUNT];
    give();
    return count;
}
