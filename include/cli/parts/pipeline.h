/**
 * Everything that depends on a group, a database and brokers. It is opened anew when the group accepts nothing from it
 * any more.
 *
 * Plain data, all zero while it is closed. One thread: the loop's.
 */
#ifndef CLI_PARTS_PIPELINE_H
#define CLI_PARTS_PIPELINE_H

#include "cli/parts/codecs.h"
#include "worker/worker.h"

struct replay;

struct pipeline {
    struct store *store;
    struct source *source;
    struct sink *sink;
    struct worker *worker;
};

/**
 * Opens it, and fills those members of `parts` that are opened here or come from `codecs`; the caller fills the rest.
 * `replay` NULL: it reads the partitions that the group gives, else these ranges. False: ERR_STOP; pipeline_close is
 * needed nevertheless.
 */
MUSTUSE bool pipeline_open(struct pipeline *pipeline, struct worker_parts *parts, const struct codecs *codecs,
                           struct replay *replay, struct err *err);

void pipeline_close(struct pipeline *pipeline);

#endif
