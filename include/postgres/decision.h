/**
 * Lets PostgreSQL decide one batch: reads what the version before decided, inserts what is new, in bulk or by a
 * statement, and reads what was known. postgres/isolate.h finds the rows that are refused.
 */
#ifndef POSTGRES_DECISION_H
#define POSTGRES_DECISION_H

#include "postgres/bulk.h"
#include "postgres/isolate.h"

enum decision_step {
    DECISION_NONE = 0,
    DECISION_FORMER, /* reading what the version before has decided under other ids */
    DECISION_BULK,   /* postgres/bulk.h; what it cannot do the insert does */
    DECISION_INSERT,
    DECISION_READ,
    DECISION_CANARY,
};

struct decision {
    enum decision_step step;
    struct isolate isolate;
    struct insert insert;
    struct bulk bulk;
    struct array unanswered; /* ids for which the insert gave no outcome, and which are read next */
};

/**
 * Starts with the undecided items of the batch; without any there is nothing to do. True: decision_receive goes on.
 * False: ERR_RENEW, nothing was sent.
 */
MUSTUSE bool decision_start(struct decision *decision, struct connection *connection, struct batch *batch,
                            struct err *err);

/**
 * DONE: every item of the batch has an outcome or a row. PENDING: call again. FAILED: ERR_RETRY, ERR_RENEW or ERR_STOP,
 * never ERR_ISOLATE.
 */
MUSTUSE enum progress decision_receive(struct decision *decision, struct connection *connection, struct batch *batch,
                                       int timeout_ms, struct err *err);

/**
 * As decision_receive, but only as long as the database needs something from us in order to go on: the bulk way asks
 * before it stores. DONE: it does not, and decision_receive takes its answer.
 */
MUSTUSE enum progress decision_advance(struct decision *decision, struct connection *connection, struct batch *batch,
                                       int timeout_ms, struct err *err);

/** Forgets the batch; the memory is kept. */
void decision_drop(struct decision *decision);
void decision_free(struct decision *decision);

#endif
