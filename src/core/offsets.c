#include "core/offsets.h"

#include "core/memory.h"

#include <stdlib.h>

void offsets_clear(struct offsets *offsets)
{
    offsets->count = 0;
}

void offsets_raise(struct offsets *offsets, int32_t partition, int64_t next)
{
    for (size_t i = 0; i < offsets->count; i++) {
        if (offsets->list[i].partition == partition) {
            if (next > offsets->list[i].next)
                offsets->list[i].next = next;
            return;
        }
    }
    if (offsets->count == offsets->capacity) {
        offsets->capacity = offsets->capacity == 0 ? 16 : 2 * offsets->capacity;
        offsets->list = memory_resized(offsets->list, offsets->capacity, sizeof *offsets->list);
    }
    offsets->list[offsets->count++] = (struct offset){partition, next};
}

void offsets_free(struct offsets *offsets)
{
    free(offsets->list);
    *offsets = (struct offsets){0};
}
