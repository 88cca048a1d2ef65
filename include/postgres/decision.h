/**
 * One batch on its way through PostgreSQL: the insert of what is new, the read of what was known, and, when a row is
 * refused, the search for it.
 *
 * An insert that fails for a reason that one row may have caused is asked again in halves until the row stands alone;
 * the halves that pass are committed, which is harmless: each id is decided for itself. A row that stands alone is
 * answered STORE_REFUSED when the tables take others: a session of the batch was stored, or one would be that is tried
 * (postgres/canary.h). What else comes of that trial is for the whole batch, and nothing is answered.
 *
 * A batch that the server does not finish in its time goes out in smaller pieces, one after the other (core/portion.h).
 */
#ifndef POSTGRES_DECISION_H
#define POSTGRES_DECISION_H

#include "core/portion.h"
#include "postgres/distinct_ids.h"
#include "postgres/canary.h"

enum decision_step {
    DECISION_NONE = 0,
    DECISION_FORMER, /* reading what the version before decided under other ids */
    DECISION_INSERT,
    DECISION_READ,
    DECISION_CANARY,
};

/** A piece of the asked ids: from … to - 1. */
struct decision_range {
    size_t from;
    size_t to;
};

#define DECISION_RANGES 64 /* there are never more than log2(ids) + 2 pieces: one is cut off, and it is halved */

struct decision {
    enum decision_step step;
    struct distinct_ids distinct;
    struct insert insert;
    struct array unanswered;                       /* ids that the insert gave no outcome, to be read */
    struct decision_range ranges[DECISION_RANGES]; /* still to be inserted; the last one is under way */
    size_t range_count;
    struct portion portion; /* how many ids a piece has at most; of all batches */
    int64_t sent_ms;        /* when the piece under way was */
    int reruns;             /* of the range under way, because a parent was deleted meanwhile */
    size_t created;         /* sessions made for this batch */
    size_t refused;         /* rows that stood alone and failed */
    bool denied;            /* one of them for lack of privilege, and nothing was stored since */
    bool tried;             /* the canary has said that such rows are at fault */
    struct canary canary;
    struct err refusal;    /* of the first one, or of the last one for lack of privilege */
    uint32_t refused_item; /* its index in the batch */
};

/** Starts with the undecided items of the batch; with none there is nothing to do. As query_execute. */
MUSTUSE bool decision_start(struct decision *decision, struct connection *connection, struct batch *batch,
                            struct err *err);

/** DONE: every item of the batch has an outcome or a decision. Never ERR_ISOLATE; else as query_result. */
enum progress decision_receive(struct decision *decision, struct connection *connection, struct batch *batch,
                               int timeout_ms, struct err *err);

/** Forgets the batch; memory is kept. */
void decision_drop(struct decision *decision);
void decision_free(struct decision *decision);

#endif
