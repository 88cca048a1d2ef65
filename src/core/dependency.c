#include "core/dependency.h"

static const struct {
    const char *label;
    const char *title;
} names[DEPENDENCY_COUNT] = {
    [DEPENDENCY_POSTGRESQL] = {"postgresql", "PostgreSQL"         },
    [DEPENDENCY_KAFKA] = {"kafka",      "Kafka"              },
    [DEPENDENCY_REGISTRY] = {"registry",   "the schema registry"},
};

const char *dependency_label(enum dependency_name name)
{
    return names[name].label;
}

const char *dependency_title(enum dependency_name name)
{
    return names[name].title;
}

static void first_line(char *text, size_t size, const char *from)
{
    size_t len = strcspn(from, "\n");

    if (len >= size)
        len = size - 1;
    memcpy(text, from, len);
    text[len] = 0;
}

void dependency_failed(struct dependency *dependency, const struct err *err, int64_t wait_ms, int64_t now_us)
{
    if (!dependency->down) {
        dependency->since_us = now_us;
        dependency->tries = 0;
    }
    dependency->down = true;
    dependency->up = false;
    dependency->tries++;
    dependency->failed_us = now_us;
    dependency->next_us = wait_ms > 0 ? now_us + wait_ms * 1000 : 0;
    first_line(dependency->code, sizeof dependency->code, err->code == NULL ? "" : err->code);
    first_line(dependency->reason, sizeof dependency->reason, err->message);
}

void dependency_answered(struct dependency *dependency, int64_t took_us, int64_t now_us)
{
    if (!dependency->up)
        dependency->since_us = now_us;
    dependency->up = true;
    dependency->down = false;
    dependency->tries = 0;
    dependency->next_us = 0;
    if (took_us >= 0)
        dependency->took_us = took_us;
}
