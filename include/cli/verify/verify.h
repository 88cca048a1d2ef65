/**
 * `sessiond verify` between its steps (src/cli/verify.c tells the whole): what has been read, sorted, and found.
 *
 * Each step takes sorted digests and leaves others for the next. One thread.
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
    int64_t in_flight; /* records beyond what the group had committed */
    /* What cannot be judged: */
    int64_t gone_events;   /* commands whose events retention may have taken */
    int64_t gone_commands; /* events of commands that are no longer kept, or of a former topic of that name */
    int64_t other_topics;  /* events that answer records of other commands topics */
    int64_t old_sessions;  /* sessions from before the oldest outcome that is kept, or of pruned ones */
};

struct verify {
    const struct config *config;
    int timeout_ms;
    struct value_schemas *schemas;
    struct decode_options decode;
    struct scope scope;
    struct findings *findings;
    struct verify_counts counts;
    struct arena arena;             /* one record's or one id's */
    struct external_sort *commands; /* struct command_digest */
    struct external_sort *events;   /* struct event_digest */
    struct external_sort *answers;  /* struct answered (cli/verify/answers.h) */
    struct external_sort *strays;   /* struct stray: events that no command with their id has asked for */
    struct external_sort *order;    /* struct first_event */
    struct external_sort *letters;  /* struct letter */
    struct external_sort *claims;   /* struct claim: who says that a session is his */
};

/** For each sort. Up to six are in memory at the same time. */
#define VERIFY_SORT_MEMORY (4u << 20)

/** Names the event's topic for a reference. */
struct ref verify_event_ref(const struct verify *verify, const struct position *at);
struct ref verify_command_ref(const struct verify *verify, const struct place *place);
struct ref verify_outcome_ref(const struct uuid *command_id);

/** Tells a terminal how far a step is; rate-limited. */
void verify_progress(const char *what, int64_t done);

/* The steps, in their order. Each is false with ERR_STOP when it cannot go on. */

/** Fixes the moment, and reads the topics. */
MUSTUSE bool verify_read_topics(struct verify *verify, struct err *err);

/** By command id: commands, events and the ledger; then sessions by their id. */
MUSTUSE bool verify_decisions(struct verify *verify, struct err *err);

/** By place in the commands topic: what each record was answered with. */
MUSTUSE bool verify_answers(struct verify *verify, struct err *err);

/** Per key: the order of the events. */
MUSTUSE bool verify_order(struct verify *verify, struct err *err);

/** Dead letters beside the events that ask for them. */
MUSTUSE bool verify_letters(struct verify *verify, struct err *err);

#endif
