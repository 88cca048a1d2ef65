/**
 * What a record brings along from an earlier life as a dead letter, in its `__dlq.errors.*` headers: it was sent back to the commands
 * topic. The bytes are a stranger's: what is not complete or not possible counts as not there. Pure.
 */
#ifndef CODEC_REDRIVEN_H
#define CODEC_REDRIVEN_H

#include "core/record.h"

/** Where the command stood at first. */
struct redriven_position {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
};

/**
 * True and the first position of a record that has the command id of a dead letter, if all of it is there and it lies in
 * `commands_topic`: `sessiond dlq redrive` sends a command to no other topic, so nothing else can mean what it says.
 */
MUSTUSE bool redriven_position(const struct record *record, const char *commands_topic,
                               struct redriven_position *position);

/** How often it was delivered, as `sessiond dlq redrive` counts: 1 unless the record brings a count. */
int32_t redriven_count(const struct record *record);

/** What the headers of a dead letter say, as far as they can be read. */
struct dead_letter {
    struct bytes code;              /* borrowed from the record; absent: none */
    struct bytes topic;             /* where the record stood at first; likewise */
    struct redriven_position first; /* in that topic; the partition and the offset are -1 when they cannot be read */
    int32_t deliveries;             /* redriven_count */
    bool truncated;                 /* it is not the whole record */
};

/** Reads what any record of the dead-letter topic brings. */
void dead_letter_read(const struct record *record, struct dead_letter *letter);

/** True for the headers of a dead letter that tell where it came from and why: a new copy has its own. */
bool redriven_header(struct bytes name);

#endif
