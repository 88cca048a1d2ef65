/**
 * Finds the rows of a batch that PostgreSQL refuses, and how many rows it takes at once.
 *
 * The ids of a round are inserted in ranges. A range that fails for a reason that one row may have caused is halved
 * until that row is alone. Halves that pass are committed, which is harmless, because each id is decided separately. A
 * row that is alone is answered STORE_REFUSED when the tables accept others: a session of the batch was stored, or a
 * trial shows that one would be (postgres/canary.h). Any other result of that trial applies to the whole batch, and
 * nothing is answered.
 *
 * A range that the server does not finish in its time is sent in smaller pieces, one after the other (core/portion.h).
 */
#ifndef POSTGRES_ISOLATE_H
#define POSTGRES_ISOLATE_H

#include "core/portion.h"
#include "postgres/canary.h"
#include "postgres/distinct_ids.h"

/** A piece of the distinct ids: from `from` to `to` - 1. */
struct isolate_range {
    size_t from;
    size_t to;
};

#define ISOLATE_RANGES 64 /* there are never more than log2(ids) + 2 pieces: one is cut off, and that one is halved */

struct isolate {
    struct distinct_ids distinct;                /* the ids of this round; owned */
    struct isolate_range ranges[ISOLATE_RANGES]; /* still to insert; the last one is under way */
    size_t range_count;
    struct portion portion; /* how many ids a range has at most; kept over all batches */
    int64_t sent_ms;        /* when the range under way was sent */
    int reruns;             /* how often the range under way was repeated because a parent was deleted meanwhile */
    size_t created;         /* how many sessions were made for this batch */
    size_t refused;         /* rows that were alone and failed */
    bool denied;            /* one of them failed for lack of privilege, and nothing was stored since */
    bool tried;             /* the canary has found that such rows are at fault */
    struct canary canary;
    struct err refusal;    /* of the first such row, or of the last one that failed for lack of privilege */
    uint32_t refused_item; /* its index in the batch */
};

/** Begins another batch. */
void isolate_batch(struct isolate *isolate);

/** Begins a round with all undecided ids of the batch. False: there are none. */
MUSTUSE bool isolate_round(struct isolate *isolate, const struct batch *batch);

/**
 * The next range to send, with at most as many rows as the server finishes in its time. Call it only while there are
 * ranges.
 */
const struct isolate_range *isolate_send(struct isolate *isolate);

/** The range under way. */
const struct isolate_range *isolate_range(const struct isolate *isolate);

/** The server has stored the range under way. Which of its ids have an outcome is not known by that. */
void isolate_stored(struct isolate *isolate, size_t created);

/** Every id of the range under way has its outcome. */
void isolate_done(struct isolate *isolate);

/**
 * The range under way failed with `err`, which one row may have caused: makes smaller ranges, or marks the only row.
 */
void isolate_refused(struct isolate *isolate, const struct err *err);

/** True when rows were refused and nothing shows yet that the tables accept others. Then isolate_try must follow. */
bool isolate_must_try(const struct isolate *isolate);

/** Starts the trial, whose answers are for `canary`. True: a query is under way. False: ERR_RENEW, nothing was sent. */
MUSTUSE bool isolate_try(struct isolate *isolate, struct connection *connection, const struct batch *batch,
                         struct err *err);

/** Answers the refused rows STORE_REFUSED and logs one of them. False: there are none. */
MUSTUSE bool isolate_answer(const struct isolate *isolate, struct batch *batch);

/**
 * The range under way failed with `err`. If that was a time-out, smaller ranges are sent from now on, and `err` says
 * so.
 */
void isolate_failed(struct isolate *isolate, const struct connection *connection, const struct batch *batch,
                    struct err *err);

void isolate_free(struct isolate *isolate);

#endif
