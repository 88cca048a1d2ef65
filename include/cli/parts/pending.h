/**
 * Commands that were sent and whose events have not come yet, known by where they were sent to: so a duplicate and a
 * reused id get the answer to their own record.
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
    struct pending_command *list; /* owned; 16 bytes a command */
    size_t count;
    size_t capacity;
    size_t left; /* not answered yet */
    bool sorted;
};

/** Memory that runs out ends the process. */
void pending_add(struct pending *pending, int32_t partition, int64_t offset);

/** True when that command was waiting, the first time only. */
MUSTUSE bool pending_take(struct pending *pending, int32_t partition, int64_t offset);

void pending_free(struct pending *pending);

#endif
