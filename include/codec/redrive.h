/**
 * Turns a dead letter back into the record that it was: what `sessiond dlq redrive` sends to the commands topic. Pure.
 */
#ifndef CODEC_REDRIVE_H
#define CODEC_REDRIVE_H

#include "codec/redriven.h"

/** Why a dead letter stays where it is. */
enum redrive_verdict {
    REDRIVE_GOES = 0,
    /* The record was first in another topic, or in a partition that the commands topic does not have */
    REDRIVE_OTHER_TOPIC,
    REDRIVE_INCOMPLETE, /* its place, its code or its command id is missing or not possible */
    REDRIVE_TRUNCATED,  /* it is not the whole record */
    REDRIVE_ATTEMPTS,   /* it was already delivered as often as is allowed */
    REDRIVE_OUTSIDE,    /* its time is outside of --since and --until */
    REDRIVE_VERDICTS,
};

/** The verdict as text, e.g. "other_topic"; "" for REDRIVE_GOES; static. */
const char *redrive_verdict_name(enum redrive_verdict verdict);

struct redrive_rules {
    const char *commands_topic;
    int32_t partitions;   /* how many partitions that topic has */
    int32_t max_attempts; /* a dead letter that was delivered this often stays */
};

/** Judges what to do with a dead letter by its contents; the caller judges its time and its code. */
enum redrive_verdict redrive_judge(const struct redrive_rules *rules, const struct record *record,
                                   const struct dead_letter *letter);

/**
 * Makes the record for the commands topic: key, value and headers as they are, for the letter's first partition, with
 * one delivery more. Everything is copied into the arena except `topic`, which is borrowed from the rules.
 */
void redrive_encode(const struct redrive_rules *rules, const struct record *record, const struct dead_letter *letter,
                    struct arena *arena, struct outbound *out);

#endif
