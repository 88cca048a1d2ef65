/**
 * Commands from a file of JSON lines: each line that is not blank is one record's value, as it is. A UTF-8 byte order mark before a
 * line is skipped.
 */
#ifndef CLI_SEND_LINES_H
#define CLI_SEND_LINES_H

#include "codec/schemas.h"
#include "kafka/tools/sender.h"

#include <stdio.h>

/** Borrows everything. */
struct send_lines {
    FILE *file;
    const char *name;              /* of the file, for messages */
    const char *key;               /* of every record; NULL: the line's command_id, or none */
    const struct schemas *schemas; /* NULL: JSON as it is; else each line becomes Avro */
    const int32_t *schema_id;      /* the registry's, for Confluent's wire format; NULL: the single-object encoding */
    struct sender *sender;
    bool raw;      /* any line is sent, and nothing of it is left out but its end */
    bool progress; /* a count that redraws itself on stderr */
};

/**
 * Sends to the end of the file and waits until everything is delivered. False with ERR_STOP: a line that is no JSON object, or cannot
 * be written in Avro (65; the message names it, and no later line is taken), the file cannot be read (66), or as `sender_send`.
 */
MUSTUSE bool send_lines(struct send_lines *lines, struct err *err);

#endif
