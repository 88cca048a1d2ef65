/** `send --await`: it begins before the first command is sent and ends when each delivered one has its event. */
#ifndef CLI_SEND_AWAIT_H
#define CLI_SEND_AWAIT_H

#include "cli/parts/answers.h"
#include "cli/cli.h"
#include "cli/parts/pending.h"
#include "cli/parts/value_schemas.h"
#include "kafka/tools/sender.h"

/** It must not move while it is open. */
struct send_await {
    struct answers answers;
    struct value_schemas *schemas; /* owned; for printing events in Avro */
    struct pending pending;
    uint64_t created;
    uint64_t rejected;
};

/**
 * Opens it, before anything is sent. False with ERR_STOP: out of reach (69), no permission (77), a topic does not exist
 * (78).
 */
MUSTUSE bool send_await_open(struct send_await *await, const struct config *config, struct sender *sender,
                             int timeout_ms, struct err *err);
void send_await_close(struct send_await *await);

/**
 * Waits for the events of everything that `sender` has delivered, at most `timeout_ms`, and prints each with `print`.
 * Returns the exit code: 0 when all were created, 3 when at least one was rejected, 75 when some are missing (a message
 * says how many), or that of an error.
 */
int send_await_all(struct send_await *await, const struct cli *cli, int timeout_ms, bool print);

#endif
