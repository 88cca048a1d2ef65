/**
 * What works for as long as a group, a database and brokers keep it: opened anew when the group takes nothing from it any more.
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
 * Fills the parts of `parts` that are opened here, and the decoders and encoders from `codecs`; the rest is the caller's. `replay` NULL: the
 * partitions that the group gives, else these ranges. False: pipeline_close is needed all the same.
 */
MUSTUSE bool pipeline_open(struct pipeline *pipeline, struct worker_parts *parts, const struct codecs *codecs,
                           struct replay *replay, struct err *err);

void pipeline_close(struct pipeline *pipeline);

#endif
