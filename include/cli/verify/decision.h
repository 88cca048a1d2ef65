/**
 * One command id at a time: what the ledger, the commands and the events with that id say. Shared by decisions.c and
 * the files that it uses.
 */
#ifndef CLI_VERIFY_DECISION_H
#define CLI_VERIFY_DECISION_H

#include "cli/verify/answered.h"
#include "cli/verify/expected.h"
#include "postgres/ledger_scan.h"

struct decisions {
    struct verify *verify;
    struct ledger_scan *scan;
    struct event_avro *avro;
    struct arena page; /* holds `ahead` */
    struct ledger_scan_row ahead;
    bool has_ahead;
    int64_t oldest_us; /* the oldest decision in the ledger */
    int64_t forgotten; /* pruned ids whose session no event names */
};

/* One command id. */
struct decision {
    struct uuid id;
    const struct ledger_row *row; /* NULL: the ledger does not have the id, or its row is broken */
    bool in_ledger;
    struct expected expected;
    bool told;     /* an event tells what was decided */
    bool row_kept; /* the record that was decided still exists */
    bool unknown;  /* it was reported that the outcome is missing */
    bool body_known[2];
    uint64_t body[2]; /* of the first event of a pruned id */
    struct claim claim;
    bool claimed;
};

/** True when the row is about a record of our commands topic: several may share a ledger. */
bool decision_is_ours(const struct decisions *all, const struct ledger_row *row);

/** True when this program reads the record as a command; else its values say nothing. */
bool decision_is_read(const struct command_digest *command);

bool decision_same_values(const struct ledger_row *row, const struct command_digest *command);

/**
 * Compares an event with the outcome of its id, and with its command (NULL: no command with its id is at its place).
 * Notes in the event's flags what the ledger says about its place.
 */
void decision_check_event(struct decisions *all, struct decision *decision, struct event_digest *event,
                          const struct command_digest *command);

/** Notes which session was created according to the ledger, or to an event. The same claim is noted once. */
void decision_claim_row(struct decision *decision);
MUSTUSE bool decision_claim_event(struct decisions *all, struct decision *decision, const struct event_digest *event,
                                  struct err *err);

/**
 * Compares claims with the rows of study_sessions, and ends the scan. `forgotten`: pruned ids whose session no event
 * names.
 */
MUSTUSE bool verify_sessions(struct verify *verify, struct ledger_scan *scan, int64_t oldest_us, int64_t forgotten,
                             struct err *err);

#endif
