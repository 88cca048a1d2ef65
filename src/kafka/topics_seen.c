#include "kafka/topics_seen.h"

#include "core/memory.h"
#include "runtime/clock.h"

#include <stdint.h>
#include <string.h>

#define AWAY_MS 10000

/* Kept to the end of the process. There are as many as the configuration names. */
static struct seen {
    struct seen *next;
    int64_t away_ms; /* since when it is missing; 0: it exists */
    char name[];
} * seen;

static struct seen *find(const char *name)
{
    struct seen *one = seen;

    while (one != NULL && strcmp(one->name, name) != 0)
        one = one->next;
    return one;
}

static struct seen *add(const char *name)
{
    size_t size = strlen(name) + 1;
    struct seen *one = memory_zeroed(1, sizeof *one + size);

    memcpy(one->name, name, size);
    one->next = seen;
    seen = one;
    return one;
}

void topics_seen_there(const char *name)
{
    struct seen *one = find(name);

    if (one == NULL)
        one = add(name);
    one->away_ms = 0;
}

bool topics_seen_missing(const char *name)
{
    struct seen *one = find(name);
    int64_t now_ms = clock_ms();

    if (one == NULL)
        return true;
    if (one->away_ms == 0)
        one->away_ms = now_ms;
    return now_ms - one->away_ms >= AWAY_MS;
}
