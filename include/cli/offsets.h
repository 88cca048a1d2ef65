/** `sessiond offsets`: what its two actions share. offsets.c has the command and show, offsets_set.c has set. */
#ifndef CLI_OFFSETS_H
#define CLI_OFFSETS_H

#include "cli/cli.h"
#include "kafka/tools/lag.h"
#include "kafka/tools/range.h"

struct offsets_tool {
    const char *action; /* as it was typed; NULL: none */
    bool apply;
    int64_t partition;       /* -1: all; set needs one */
    struct range_request to; /* for set; its timeout is also the time within which a broker has to answer */
    bool has_to;
};

/**
 * Sets the partition's offset, or without --apply says what would be set, and prints it. False: ERR_STOP or
 * ERR_INTERRUPTED, and nothing was set.
 */
MUSTUSE bool offsets_set(const struct offsets_tool *tool, const struct cli *cli, struct lag *lag,
                         struct lag_group *group, struct err *err);

#endif
