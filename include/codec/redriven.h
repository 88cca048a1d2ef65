/**
 * What a record that was sent back to the commands topic brings along from its time as a dead letter, in its
 * `__dlq.errors.*` headers. The bytes are not trusted: what is incomplete or impossible counts as absent. Pure.
 */
#ifndef CODEC_REDRIVEN_H
#define CODEC_REDRIVEN_H

#include "core/record.h"

/** The first position of the command. */
struct redriven_position {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
};

/**
 * True with the first position of a record that has the command id of a dead letter, if the position is complete and
 * lies in `commands_topic`. `sessiond dlq redrive` sends commands back to no other topic, so only there the headers
 * mean this.
 */
MUSTUSE bool redriven_position(const struct record *record, const char *commands_topic,
                               struct redriven_position *position);

/** How often the record was delivered, as `sessiond dlq redrive` counts: 1 unless the record brings a count. */
int32_t redriven_count(const struct record *record);

/** What the headers of a dead letter say, as far as they can be read. */
struct dead_letter {
    struct bytes code;  /* borrowed from the record; absent: none */
    struct bytes topic; /* where the record was first; borrowed from the record; absent: not said */
    /* Its position in that topic; partition and offset are -1 when they cannot be read */
    struct redriven_position first;
    int32_t deliveries; /* redriven_count */
    bool truncated;     /* it is not the whole record */
};

/** Reads these headers from any record of the dead-letter topic. The result borrows from the record. */
void dead_letter_read(const struct record *record, struct dead_letter *letter);

/** True for the headers of a dead letter that say where it came from and why: a new copy gets its own. */
bool redriven_header(struct bytes name);

#endif
