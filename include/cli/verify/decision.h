/** One command id at a time: what the ledger, the commands and the events with that id say. Between decisions.c and what it asks. */
#ifndef CLI_VERIFY_DECISION_H
#define CLI_VERIFY_DECISION_H

#include "cli/verify/answers.h"
#include "cli/verify/expected.h"
#include "postgres/ledger_scan.h"

struct decisions {
    struct verify *verify;
    struct ledger_scan *scan;
    struct event_avro *avro;
    struct arena page; /* holds `ahead` */
    struct ledger_scan_row ahead;
    bool has_ahead;
    int64_t oldest_us; /* the oldest decision that the ledger remembers */
    int64_t forgotten; /* pruned ids whose session no event names */
};

/* One command id. */
struct decision {
    struct uuid id;
    const struct ledger_row *row; /* NULL: the ledger does not have the id, or says nonsense of it */
    bool in_ledger;
    struct expected expected;
    bool told;     /* an event says what was decided */
    bool row_kept; /* the record that was decided is still there */
    bool unknown;  /* that the outcome is missing was said */
    bool body_known[2];
    uint64_t body[2]; /* of the first event of a pruned id */
    struct claim claim;
    bool claimed;
};

/** Whether the row is about a record of our commands topic: several may share a ledger. */
bool decision_is_ours(const struct decisions *all, const struct ledger_row *row);

/** Whether the command is one by our reading; else its values say nothing. */
bool decision_is_read(const struct command_digest *command);

bool decision_same_values(const struct ledger_row *row, const struct command_digest *command);

/** Compares an event with the outcome of its id, and with its command (NULL: none of that id is at its place). Notes in its flags what
 * the ledger says of its place. */
void decision_check_event(struct decisions *all, struct decision *decision, struct event_digest *event,
                          const struct command_digest *command);

/** Notes which session the ledger, or an event, says was created; what says the same as before is noted once. */
void decision_claim_row(struct decision *decision);
MUSTUSE bool decision_claim_event(struct decisions *all, struct decision *decision, const struct event_digest *event,
                                  struct err *err);

#endif
