/**
 * Which rows of a batch PostgreSQL refuses, and how many it takes at once.
 *
 * The ids of a round are inserted in ranges. One that fails for a reason that one row may have caused is halved until the
 * row stands alone; the halves that pass are committed, which is harmless: each id is decided for itself. A row that
 * stands alone is answered STORE_REFUSED when the tables take others: a session of the batch was stored, or one would be
 * that is tried (postgres/canary.h). What else comes of that trial is for the whole batch, and nothing is answered.
 *
 * A range that the server does not finish in its time is sent in smaller pieces, one after the other (core/portion.h).
 */
#ifndef POSTGRES_ISOLATE_H
#define POSTGRES_ISOLATE_H

#include "core/portion.h"
#include "postgres/canary.h"
#include "postgres/distinct_ids.h"

/** A piece of the distinct ids: from … to - 1. */
struct isolate_range {
    size_t from;
    size_t to;
};

#define ISOLATE_RANGES 64 /* there are never more than log2(ids) + 2 pieces: one is cut off, and it is halved */

struct isolate {
    struct distinct_ids distinct;                /* the ids of this round; owned */
    struct isolate_range ranges[ISOLATE_RANGES]; /* still to be inserted; the last one is under way */
    size_t range_count;
    struct portion portion; /* how many ids a range has at most; of all batches */
    int64_t sent_ms;        /* when the range under way was */
    int reruns;             /* of the range under way, because a parent was deleted meanwhile */
    size_t created;         /* sessions made for this batch */
    size_t refused;         /* rows that stood alone and failed */
    bool denied;            /* one of them for lack of privilege, and nothing was stored since */
    bool tried;             /* the canary has said that such rows are at fault */
    struct canary canary;
    struct err refusal;    /* of the first one, or of the last one for lack of privilege */
    uint32_t refused_item; /* its index in the batch */
};

/** Another batch. */
void isolate_batch(struct isolate *isolate);

/** A round: all ids of the batch that are undecided. False: there are none. */
MUSTUSE bool isolate_round(struct isolate *isolate, const struct batch *batch);

/** The range to send next, no more than the server does in its time. Only while there are ranges. */
const struct isolate_range *isolate_send(struct isolate *isolate);

/** The range under way. */
const struct isolate_range *isolate_range(const struct isolate *isolate);

/** The server has stored the range under way; which of its ids have their outcome is another thing. */
void isolate_stored(struct isolate *isolate, size_t created);

/** Every id of the range under way has its outcome. */
void isolate_done(struct isolate *isolate);

/** The range under way failed with `err`, for which one row may be at fault: smaller ranges, or the row is marked. */
void isolate_refused(struct isolate *isolate, const struct err *err);

/** Whether rows were refused and nothing shows yet that the tables take others. Then: isolate_try. */
bool isolate_must_try(const struct isolate *isolate);

/** As canary_start; the answers are for `canary`. */
MUSTUSE bool isolate_try(struct isolate *isolate, struct connection *connection, const struct batch *batch,
                         struct err *err);

/** Answers the refused rows STORE_REFUSED and logs one of them. False: there are none. */
MUSTUSE bool isolate_answer(const struct isolate *isolate, struct batch *batch);

/** The range under way failed with `err`. If that was a time-out less is sent from now on, and `err` says so. */
void isolate_failed(struct isolate *isolate, const struct connection *connection, const struct batch *batch,
                    struct err *err);

void isolate_free(struct isolate *isolate);

#endif
