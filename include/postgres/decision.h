/**
 * What PostgreSQL makes of one batch: the read of what the version before decided, the insert of what is new, by the bulk way
 * or by a statement, and the read of what was known. Rows that are refused are found by postgres/isolate.h.
 */
#ifndef POSTGRES_DECISION_H
#define POSTGRES_DECISION_H

#include "postgres/bulk.h"
#include "postgres/isolate.h"

enum decision_step {
    DECISION_NONE = 0,
    DECISION_FORMER, /* reading what the version before decided under other ids */
    DECISION_BULK,   /* postgres/bulk.h; what it does not manage the insert does */
    DECISION_INSERT,
    DECISION_READ,
    DECISION_CANARY,
};

struct decision {
    enum decision_step step;
    struct isolate isolate;
    struct insert insert;
    struct bulk bulk;
    struct array unanswered; /* ids that the insert gave no outcome, to be read */
};

/** Starts with the undecided items of the batch; with none there is nothing to do. As query_execute. */
MUSTUSE bool decision_start(struct decision *decision, struct connection *connection, struct batch *batch,
                            struct err *err);

/** DONE: every item of the batch has an outcome or a decision. Never ERR_ISOLATE; else as query_result. */
MUSTUSE enum progress decision_receive(struct decision *decision, struct connection *connection, struct batch *batch,
                                       int timeout_ms, struct err *err);

/** Forgets the batch; memory is kept. */
void decision_drop(struct decision *decision);
void decision_free(struct decision *decision);

#endif
