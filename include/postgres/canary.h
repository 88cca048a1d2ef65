/**
 * Finds out whether the tables accept sessions at all. It is used when rows are refused and nothing was stored: are the
 * rows at fault, or would every row be refused?
 *
 * Rows that should pass are tried, each in a transaction that is rolled back (query_try): pairs of a group and an
 * activity of the latest sessions, then of parents, until one passes or CANARY_PAIRS have failed. The number of refused
 * rows says nothing, since a producer can send any number.
 *
 *   one trial passes                              the rows are at fault
 *   none passes, and one fails for a cause that   it stops the process; so does a refusal for lack of privilege
 *   only the operator can mend                    that no trial disproves
 *   none passes, and one fails for a cause that   wait, then try the same batch again
 *   goes away by itself
 *   all fail as a row does, or there is no pair   the rows are answered; dlq.brake limits how many
 *
 * An earlier line takes precedence over a later one, because a row must not be answered while something could not be
 * tried. A trial takes a value of the sequence, and runs triggers with whatever they do outside the transaction.
 */
#ifndef POSTGRES_CANARY_H
#define POSTGRES_CANARY_H

#include "postgres/insert.h"

struct pg_result; /* PGresult */

#define CANARY_PAIRS 16

enum canary_step {
    CANARY_READING_SESSIONS,
    CANARY_READING_PARENTS,
    CANARY_TRYING,
};

enum canary_verdict {
    CANARY_STORED,  /* one trial would have been stored */
    CANARY_REFUSED, /* all trials were refused as rows are */
    CANARY_UNTRIED, /* there was nothing to try */
};

struct canary {
    enum canary_step step;
    struct canary_pair {
        int64_t group_id;
        int64_t study_activity_id;
    } pairs[CANARY_PAIRS];
    size_t pair_count;
    size_t next;   /* the pair to try next; the one before it is under way or was the last */
    size_t failed; /* trials that failed; one whose parents no longer exist does not count */
    bool parents_read;
    struct err error;       /* the gravest error so far */
    struct record record;   /* the refused row's record, whose position a trial uses; borrowed */
    struct uuid command_id; /* the refused row's */
    struct insert insert;
    enum canary_verdict verdict; /* valid once canary_take is DONE */
};

/**
 * Begins, for a row that was refused with `refusal`. True: a query is under way. False: ERR_RENEW, nothing was sent.
 */
MUSTUSE bool canary_start(struct canary *canary, const struct batch_item *refused, const struct err *refusal,
                          struct connection *connection, struct err *err);

/**
 * Takes the answer to the last query: its result, or NULL and its error in `err`. PENDING: the next query is under way.
 * DONE: there is a verdict on the rows. FAILED: ERR_RETRY, ERR_RENEW or ERR_STOP; no row may be answered.
 */
MUSTUSE enum progress canary_take(struct canary *canary, struct connection *connection, const struct pg_result *result,
                                  struct err *err);

/** Says what was tried and with what result, for people: "a session of group 3 and activity 1 would be stored". */
void canary_describe(const struct canary *canary, char *text, size_t size);

void canary_free(struct canary *canary);

#endif
