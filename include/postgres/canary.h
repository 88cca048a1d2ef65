/**
 * Do the tables take sessions at all? Asked when rows are refused and nothing was stored: is it the rows, or would every row
 * be refused?
 *
 * Rows that should pass are tried, each in a transaction that is rolled back (query_try): pairs of a group and an
 * activity of the latest sessions, then of parents, until one passes or CANARY_PAIRS have failed. How many rows were
 * refused says nothing, since a producer can send as many as he likes.
 *
 *   one trial passes                                         the rows are at fault
 *   none passes, and one fails by what only the operator     that stops the process; so does a refusal for lack of
 *   can mend                                                 privilege that no trial disproves
 *   none passes, and one fails by what passes by itself      wait, then the same batch again
 *   all fail as a row does, or there is nothing to try       the rows are answered; dlq.brake limits how many
 *
 * The second line comes before the third and the third before the fourth, since what could not be tried must not be
 * answered. A trial takes a value of the sequence and runs triggers, with what they do outside of the transaction.
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
    CANARY_STORED,  /* one would have been stored */
    CANARY_REFUSED, /* all were refused as rows are */
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
    size_t failed; /* trials that failed; one whose parents have gone is none */
    bool parents_read;
    struct err error;       /* the gravest so far */
    struct record record;   /* of the refused row: where a trial pretends to come from; borrowed */
    struct uuid command_id; /* of the refused row */
    struct insert insert;
    enum canary_verdict verdict; /* once it is DONE */
};

/** Begins for a row that was refused with `refusal`. As query_execute. */
MUSTUSE bool canary_start(struct canary *canary, const struct batch_item *refused, const struct err *refusal,
                          struct connection *connection, struct err *err);

/**
 * Takes the answer to what was asked last: its result, or NULL and its error in `err`. PENDING: the next query is under way.
 * DONE: there is a verdict on the rows. FAILED: ERR_RETRY, ERR_RENEW or ERR_STOP; no row is to be answered.
 */
MUSTUSE enum progress canary_take(struct canary *canary, struct connection *connection, const struct pg_result *result,
                                  struct err *err);

/** What was tried and what came of it, for people: "a session of group 3 and activity 1 would be stored". */
void canary_describe(const struct canary *canary, char *text, size_t size);

void canary_free(struct canary *canary);

#endif
