/**
 * `sessiond verify` between its steps (src/cli/verify.c explains the whole): what was read, sorted, and found.
 *
 * Each step takes sorted digests and leaves others for the next one. One thread.
 */
#ifndef CLI_VERIFY_VERIFY_H
#define CLI_VERIFY_VERIFY_H

#include "cli/parts/value_schemas.h"
#include "cli/verify/findings.h"
#include "cli/verify/scope.h"
#include "runtime/external_sort.h"

struct verify_counts {
    int64_t commands;
    int64_t events;
    int64_t created;
    int64_t dead_letters;
    int64_t outcomes;
    int64_t pruned;
    int64_t sessions;
    int64_t repeated; /* records that were answered more than once */
    int64_t suppressed;
    int64_t in_flight; /* records after what the group had committed */
    /* What cannot be judged: */
    int64_t gone_events;   /* commands whose events retention may have taken */
    int64_t gone_commands; /* events of commands that no longer exist, or of an earlier topic with that name */
    int64_t other_topics;  /* events that answer records of other commands topics */
    int64_t old_sessions;  /* sessions that are older than the oldest outcome, or belong to pruned ones */
};

struct verify {
    const struct config *config;
    int timeout_ms;
    struct value_schemas *schemas;
    struct decode_options decode;
    struct scope scope;
    struct findings *findings;
    struct verify_counts counts;
    struct arena arena;             /* for one record or one id */
    struct external_sort *commands; /* struct command_digest */
    struct external_sort *events;   /* struct event_digest */
    struct external_sort *answers;  /* struct answered (cli/verify/answered.h) */
    struct external_sort *strays;   /* struct stray: events that belong to no command with their id */
    struct external_sort *order;    /* struct first_event */
    struct external_sort *letters;  /* struct letter */
    struct external_sort *claims;   /* struct claim: claims that a session was created */
};

/** For each sort; up to six are in memory at the same time. */
#define VERIFY_SORT_MEMORY (4u << 20)

/** A reference to the event, with its topic's name. */
struct ref verify_event_ref(const struct verify *verify, const struct position *at);
struct ref verify_command_ref(const struct verify *verify, const struct place *place);
struct ref verify_outcome_ref(const struct uuid *command_id);

/** Shows on a terminal how far a step is; rate-limited. */
void verify_progress(const char *what, int64_t done);

/* The steps, in their order. Each returns false with ERR_STOP when it cannot continue. */

/** Fixes the moment, and reads the topics. */
MUSTUSE bool verify_read_topics(struct verify *verify, struct err *err);

/** Compares commands, events and the ledger by command id; then sessions by their id. */
MUSTUSE bool verify_decisions(struct verify *verify, struct err *err);

/** By place in the commands topic: compares each record with its answers. */
MUSTUSE bool verify_answers(struct verify *verify, struct err *err);

/** Checks the order of the events of each key. */
MUSTUSE bool verify_order(struct verify *verify, struct err *err);

/** Compares dead letters with the events that require them. */
MUSTUSE bool verify_letters(struct verify *verify, struct err *err);

/** Prints the counts, and for each guarantee what was found. */
MUSTUSE bool verify_print(struct verify *verify, bool json, struct err *err);

#endif
