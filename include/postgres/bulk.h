/**
 * The bulk way to decide a batch of many new ids. sql/insert_outcomes.sql joins, sorts and keeps rows, which is more
 * work than the two tables themselves take. Here the server only looks up and stores; the decision in between is made
 * by core/decide.h.
 *
 *   read    BEGIN, the settings, the parents, the known ids, the state of the tables, the moment of decision
 *   number  a value of the sequence for each session that will be made
 *   store   the outcomes, the sessions, a second look at the tables, COMMIT
 *
 * It is one transaction with a round trip for each line. A batch without anything new ends after the first.
 *
 * It does not handle failures itself. Another process may decide an id meanwhile; a parent may be deleted; a row may be
 * refused, skipped or changed; the tables may not allow it; the connection may be lost. In each case everything is
 * rolled back and the caller lets the statement decide, with its guards and its isolation. After three failures in a
 * row for one reason it is not tried for a minute (core/cooldown.h), because each failure may have used up values of
 * the sequence.
 *
 * Locks on rows of the ledger are held only from the last round trip on, whose answers are short: a process that is
 * stopped in between does not keep its successor waiting.
 *
 * With checks once a batch (postgres/reference_checks.h) the parents are locked when they are read, FOR KEY SHARE, and
 * foreign keys do not fire. After that they are read again without a lock. A parent that shows only in the second read
 * was deleted and inserted again while its lock was waited for, so nobody can say whether it exists.
 */
#ifndef POSTGRES_BULK_H
#define POSTGRES_BULK_H

#include "core/cooldown.h"
#include "postgres/bulk_read.h"
#include "postgres/reference_checks.h"

/** From this many distinct ids on the bulk way is faster; measured (tests/bench/README.md). */
#define BULK_LEAST 250

enum bulk_step {
    BULK_READING,
    BULK_NUMBERING,
    BULK_STORING,
    BULK_LEAVING_DONE, /* rolling back: there was nothing to store */
    BULK_LEAVING_FAILED,
};

struct bulk {
    size_t least;                   /* BULK_LEAST unless a test sets another */
    struct reference_checks checks; /* the ones in force for the next batch */
    enum bulk_step step;
    struct bulk_read read;
    bool failed; /* the statement has to decide this batch */
    /*
     * The statement takes the batch at once; else `err` is the outcome, and the statement takes it when it is sent
     * again
     */
    bool hands_over;
    struct bulk_rows rows;
    struct array count; /* how many session ids are needed */
    struct cooldown cooldown;
    char told[64]; /* the reason that was last logged */
};

void bulk_init(struct bulk *bulk, bool per_batch);
void bulk_free(struct bulk *bulk);

/** True when this batch should be tried in bulk. */
bool bulk_fits(const struct bulk *bulk, const struct batch *batch, const struct distinct_ids *distinct);

/** Sends the first round trip. True: bulk_take gets the answer. False: ERR_RENEW, nothing was sent. */
MUSTUSE bool bulk_start(struct bulk *bulk, struct connection *connection, const struct batch *batch,
                        const struct distinct_ids *distinct, struct err *err);

/**
 * Takes what query_result gave: `well` tells whether it succeeded, else `err` says why not. PENDING: the next round
 * trip is under way. DONE: what was new is stored, and its items have their rows, which `bulk->rows` lists. FAILED:
 * nothing is known to be stored. With `bulk->hands_over` the statement must decide the batch now, else `err` says why.
 */
MUSTUSE enum progress bulk_take(struct bulk *bulk, struct connection *connection, struct batch *batch,
                                const struct distinct_ids *distinct, bool well, struct err *err);

/** True when the last statements and the commit are sent: the server can finish alone. */
bool bulk_is_complete(const struct bulk *bulk);

/** Notes that the batch has been decided, in either way. */
void bulk_batch_done(struct bulk *bulk);

/**
 * Asks about the state of the tables, before the first batch; the result is for bulk_learn. True: query_result gets it.
 * False: ERR_RENEW, nothing was sent.
 */
MUSTUSE bool bulk_ask(struct bulk *bulk, struct connection *connection, struct err *err);
void bulk_learn(struct bulk *bulk, const struct pg_result *state);

#endif
