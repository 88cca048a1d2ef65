/**
 * Commands that were sent and whose events have not come yet. They are known by their place, so that a duplicate and a
 * reused id each get the answer to their own record.
 */
#ifndef CLI_PARTS_PENDING_H
#define CLI_PARTS_PENDING_H

#include "core/bytes.h"

struct pending_command {
    int32_t partition;
    int64_t offset;
    bool answered;
};

/** All zero is empty. One thread. */
struct pending {
    struct pending_command *list; /* owned; 16 bytes for each command */
    size_t count;
    size_t capacity;
    size_t left; /* how many are not answered yet */
    bool sorted;
};

/** Adds a command. Memory that runs out ends the process. */
void pending_add(struct pending *pending, int32_t partition, int64_t offset);

/** True when that command was waiting; only the first time. */
MUSTUSE bool pending_take(struct pending *pending, int32_t partition, int64_t offset);

void pending_free(struct pending *pending);

#endif
