/**
 * `sessiond replay`: what its parts share. replay_plan.c finds the ranges, replay_forecast.c looks up, replay_apply.c
 * publishes.
 */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "cli/cli.h"
#include "cli/parts/rate.h"
#include "core/replay_tally.h"
#include "kafka/replay.h"
#include "kafka/tools/range.h"

/** It must not move once it is planned. */
struct replay_tool {
    const struct cli *cli;
    struct config config;      /* for the replay; what it does not own belongs to `cli` */
    struct range_request from; /* its timeout is the time within which a broker has to answer */
    struct range_request to;
    bool apply;
    struct rate rate;
    struct replay replay;
    struct replay_tally tally;
};

/** Sets the group and the identity of the replay, and what it leaves out: dead letters and replies. */
void replay_configure(struct replay_tool *tool);

/** Finds the range of each partition. False: ERR_STOP. */
MUSTUSE bool replay_plan(struct replay_tool *tool, struct err *err);

/** Both fill the tally. False: ERR_STOP or ERR_INTERRUPTED; the tally tells what was done before. */

MUSTUSE bool replay_forecast(struct replay_tool *tool, struct err *err);
MUSTUSE bool replay_apply(struct replay_tool *tool, struct err *err);

/** How many offsets of the ranges are still to be read, once it has begun. */
uint64_t replay_left(const struct replay *replay);

/** Fills ERR_INTERRUPTED, with the advice that the same command continues; returns false. */
bool replay_interrupted(struct err *err);

void replay_free(struct replay_tool *tool);

#endif
