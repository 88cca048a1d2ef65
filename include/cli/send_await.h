/**
 * `send --await`: from before the first command is sent until each one that was delivered has its event.
 */
#ifndef CLI_SEND_AWAIT_H
#define CLI_SEND_AWAIT_H

#include "cli/parts/answers.h"
#include "cli/cli.h"
#include "cli/parts/pending.h"
#include "cli/parts/value_schemas.h"
#include "kafka/tools/sender.h"

/** Not to be moved while open. */
struct send_await {
    struct answers answers;
    struct value_schemas *schemas; /* owned; to print events in Avro */
    struct pending pending;
    uint64_t created;
    uint64_t rejected;
};

/** Before anything is sent. As reader_open. */
MUSTUSE bool send_await_open(struct send_await *await, const struct config *config, struct sender *sender,
                             int timeout_ms, struct err *err);
void send_await_close(struct send_await *await);

/**
 * Waits for the events of all that `sender` has delivered, at most so long, and prints each with `print`. The exit code:
 * 0 all created, 3 at least one rejected, 75 (a message says how many are missing), or that of an error.
 */
int send_await_all(struct send_await *await, const struct cli *cli, int timeout_ms, bool print);

#endif
