/** `sessiond offsets`: what its two actions share. offsets.c is the command and show, offsets_set.c is set. */
#ifndef CLI_OFFSETS_H
#define CLI_OFFSETS_H

#include "cli/cli.h"
#include "kafka/tools/lag.h"
#include "kafka/tools/range.h"

struct offsets_tool {
    const char *action; /* as it was typed; NULL: nothing was */
    bool apply;
    int64_t partition;       /* -1: all; set has one */
    struct range_request to; /* with set; its timeout is also that for a broker to answer */
    bool has_to;
};

/** Sets the partition, or says what would be set, and prints it. False: ERR_STOP or ERR_INTERRUPTED, and nothing was set. */
MUSTUSE bool offsets_set(const struct offsets_tool *tool, const struct cli *cli, struct lag *lag,
                         struct lag_group *group, struct err *err);

#endif
