/**
 * For each partition of the command topic the next offset to read: what a transaction commits.
 */
#ifndef CORE_OFFSETS_H
#define CORE_OFFSETS_H

#include "core/bytes.h"

struct offset {
    int32_t partition;
    int64_t next;
};

/** All zero is empty. Few entries (the partitions of one member): searched one by one. */
struct offsets {
    struct offset *list; /* owned */
    size_t count;
    size_t capacity;
};

void offsets_clear(struct offsets *offsets);

/** Sets the next offset of a partition; of two the larger one stands. */
void offsets_raise(struct offsets *offsets, int32_t partition, int64_t next);

void offsets_free(struct offsets *offsets);

#endif
