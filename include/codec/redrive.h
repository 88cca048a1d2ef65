/**
 * From a dead letter back to the record that it was: what `sessiond dlq redrive` sends to the commands topic. Pure.
 */
#ifndef CODEC_REDRIVE_H
#define CODEC_REDRIVE_H

#include "codec/redriven.h"

/** Why a dead letter stays where it is. */
enum redrive_verdict {
    REDRIVE_GOES = 0,
    REDRIVE_OTHER_TOPIC, /* it stood in another topic at first, or in a partition that the commands topic does not have */
    REDRIVE_INCOMPLETE, /* it lacks its place, its code or its command id, or they are not possible */
    REDRIVE_TRUNCATED,  /* it is not the whole record */
    REDRIVE_ATTEMPTS,   /* it was delivered as often as is allowed */
    REDRIVE_OUTSIDE,    /* of --since and --until */
    REDRIVE_VERDICTS,
};

/** "other_topic", ...; static; "" for REDRIVE_GOES. */
const char *redrive_verdict_name(enum redrive_verdict verdict);

struct redrive_rules {
    const char *commands_topic;
    int32_t partitions;   /* of that */
    int32_t max_attempts; /* deliveries at which a dead letter stays */
};

/** What is to be done with a dead letter as such; the caller knows of times and codes. */
enum redrive_verdict redrive_judge(const struct redrive_rules *rules, const struct record *record,
                                   const struct dead_letter *letter);

/**
 * The record for the commands topic: key, value and headers as they are, in the letter's first partition, delivered once more. All of it
 * is copied into the arena, but `topic`, which is borrowed from the rules.
 */
void redrive_encode(const struct redrive_rules *rules, const struct record *record, const struct dead_letter *letter,
                    struct arena *arena, struct outbound *out);

#endif
