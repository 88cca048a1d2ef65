/**
 * Commands from a file of JSON lines: each line that is not blank is the value of one record. A UTF-8 byte order mark
 * before a line is skipped.
 */
#ifndef CLI_SEND_LINES_H
#define CLI_SEND_LINES_H

#include "codec/schemas.h"
#include "kafka/tools/sender.h"

#include <stdio.h>

/** Borrows everything. */
struct send_lines {
    FILE *file;
    const char *name;              /* the file's name, for messages */
    const char *key;               /* the key of every record; NULL: the line's command_id, or none */
    const struct schemas *schemas; /* NULL: the lines are sent as JSON; else each is encoded in Avro */
    const int32_t *schema_id; /* the registry's id, for Confluent's wire format; NULL: the single-object encoding */
    struct sender *sender;
    bool raw;      /* any line is sent, without changes except for its end */
    bool progress; /* shows a count on stderr that is redrawn */
};

/**
 * Sends the whole file and waits until everything is delivered. False with ERR_STOP: a line is not a JSON object or
 * cannot be encoded in Avro (65; the message names it, and no later line is sent), the file cannot be read (66), a
 * record cannot be delivered, or a signal came (75).
 */
MUSTUSE bool send_lines(struct send_lines *lines, struct err *err);

#endif
