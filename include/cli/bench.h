/**
 * One load of `sessiond bench`: commands at a steady rate, and the events that answer them.
 *
 * Open loop: command i is due at start + i / rate whatever the answers do, and its latency counts from when it was due. A worker that
 * stands still is charged for every command that was due meanwhile. (Gil Tene calls what other tools do instead coordinated omission.)
 *
 * Its commands are known by their ids: 8 random bytes of this load, then the number of the command. What others send and what they are
 * answered is left alone. One thread.
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
    int64_t *latencies_us; /* of command i; -1: not answered yet */
    uint64_t sent, created, rejected;
    int64_t start_us;  /* when the first one was due; of clock_us() */
    int64_t sent_us;   /* when the last one was sent */
    int64_t answer_us; /* when the last answer came */
    struct progress_line line;
};

/** Opens its clients and waits for a broker; sends nothing. False as sender_open and reader_open. */
MUSTUSE bool bench_open(struct bench *bench, const struct config *config, struct err *err);
void bench_close(struct bench *bench);

/**
 * Sends, and waits for the events: until all have come, `timeout_ms` after the last command was due, or until a signal. False: ERR_STOP, a
 * command cannot be delivered, or the events cannot be read.
 */
MUSTUSE bool bench_run(struct bench *bench, struct err *err);

/** Sorts the latencies of what was answered, `created` + `rejected` of them, and returns them; the numbers of commands are lost. */
const int64_t *bench_latencies(struct bench *bench);

/** The id of command `number` (RFC 9562, 5.8: version 8), and back. False: it is none of this load. */
struct uuid bench_id(const struct bench *bench, uint64_t number);
MUSTUSE bool bench_number(const struct bench *bench, const struct uuid *id, uint64_t *number);

#endif
