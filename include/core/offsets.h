/** The next offset to read of each partition of the command topic: what a transaction commits. */
#ifndef CORE_OFFSETS_H
#define CORE_OFFSETS_H

#include "core/bytes.h"

struct offset {
    int32_t partition;
    int64_t next;
};

/** All zero is empty. There are few entries (the partitions of one member), so they are searched one by one. */
struct offsets {
    struct offset *list; /* owned */
    size_t count;
    size_t capacity;
};

void offsets_clear(struct offsets *offsets);

/** Sets the next offset of a partition. If it has one already, the larger one stays. */
void offsets_raise(struct offsets *offsets, int32_t partition, int64_t next);

void offsets_free(struct offsets *offsets);

#endif
