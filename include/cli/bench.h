/**
 * One load of `sessiond bench`: commands at a steady rate, and the events that answer them.
 *
 * The load is an open loop: command i is due at start + i / rate however slow the answers are, and its latency counts from when it was due.
 * So a worker that stands still is charged for every command that was due meanwhile. (To leave these out is what Gil Tene calls coordinated
 * omission.)
 *
 * A load knows its own commands by their ids, which are 8 random bytes of the load and then the number of the command. It ignores commands
 * and events of others. Use it from one thread.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli/parts/answers.h"
#include "cli/parts/rate.h"
#include "kafka/tools/sender.h"

#define BENCH_RUN 8

struct bench {
    int64_t group_id;
    int64_t study_activity_id;
    int64_t rate;   /* commands a second, > 0 */
    uint64_t count; /* of commands, > 0 */
    int timeout_ms; /* for a broker, for each delivery, and for the last events */

    struct sender *sender;
    struct answers answers;
    uint8_t run[BENCH_RUN];
    int64_t *latencies_us; /* that of command i is at index i; -1: not answered yet */
    uint64_t sent, created, rejected;
    int64_t start_us;  /* when the first command was due, by clock_us() */
    int64_t sent_us;   /* when the last command was sent */
    int64_t answer_us; /* when the last answer came */
    struct progress_line line;
};

/** Opens its clients and waits for a broker; sends nothing. False with an error of sender_open or reader_open. */
MUSTUSE bool bench_open(struct bench *bench, const struct config *config, struct err *err);
void bench_close(struct bench *bench);

/**
 * Sends the commands and waits for their events. It ends when all have come, `timeout_ms` after the last command was due, or at a signal.
 * False with ERR_STOP: a command cannot be delivered, or the events cannot be read.
 */
MUSTUSE bool bench_run(struct bench *bench, struct err *err);

/** Sorts the latencies of the answered commands (`created` + `rejected` of them) and returns them. Indexes no longer name commands. */
const int64_t *bench_latencies(struct bench *bench);

#endif
