/** `send` with options instead of a file: one command, and what is printed about it. */
#ifndef CLI_SEND_ONE_H
#define CLI_SEND_ONE_H

#include "cli/cli.h"
#include "codec/schemas.h"
#include "core/command.h"
#include "kafka/tools/sender.h"

/** Borrows everything. */
struct send_one {
    struct command command;        /* from the options; send_one gives it an id if it has none */
    const char *key;               /* NULL: the command's id */
    const struct schemas *schemas; /* NULL: it is sent as JSON; else in Avro */
    const int32_t *schema_id; /* the registry's id, for Confluent's wire format; NULL: the single-object encoding */
    struct sender *sender;
};

/** Sends it and waits until it is delivered. False with ERR_STOP, as of send_lines. */
MUSTUSE bool send_one(struct send_one *one, struct err *err);

/** Prints its id and where it went. `awaited`: its event follows, and with --json is the only object on stdout. */
void send_one_print(const struct send_one *one, const struct cli *cli, bool awaited);

#endif
