/**
 * The bulk way: how a batch of many new ids is decided. sql/insert_outcomes.sql joins, sorts and keeps rows for more work
 * than the two tables themselves take; here the server only looks up and stores, and the decision between is ours.
 *
 *   read    BEGIN, the settings, the parents, the ids that are known, what the tables are like, the moment of decision
 *   number  a value of the sequence for each session that is to be made
 *   store   the outcomes, the sessions, a second look at the tables, COMMIT
 *
 * One transaction, a round trip each. A batch without anything new ends after the first.
 *
 * It has no answer to failures of its own. An id that somebody else decides meanwhile, a parent that is deleted, a row that
 * is refused, skipped or changed, tables that do not allow it, a lost connection: all is rolled back, and the caller lets
 * the statement decide, with its guards and its isolation. Three failures running for one reason make it rest for a
 * minute (core/cooldown.h), because each may have burnt values of the sequence.
 *
 * Locks on rows of the ledger are held from the last round trip on only, whose answers are short: a process that is
 * stopped for a while in between does not keep its successor waiting.
 *
 * With checks once a batch (postgres/reference_checks.h) the parents are locked when they are read, FOR KEY SHARE, and
 * foreign keys do not fire. They are read without a lock, too, after that: one that is seen only so was deleted and
 * inserted again while its lock was waited for, and is neither there nor not there.
 */
#ifndef POSTGRES_BULK_H
#define POSTGRES_BULK_H

#include "core/cooldown.h"
#include "postgres/bulk_read.h"
#include "postgres/reference_checks.h"

/** Distinct ids from which on it pays; measured (tests/bench/README.md). */
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
    struct reference_checks checks; /* in force for the next batch */
    enum bulk_step step;
    struct bulk_read read;
    bool failed;     /* the batch, which the statement is to decide */
    bool hands_over; /* at once; else `err` is the outcome, and the statement has the batch when it is sent again */
    struct bulk_rows rows;
    struct array count; /* of session ids */
    struct cooldown cooldown;
    char told[64]; /* the reason that was logged last */
};

void bulk_init(struct bulk *bulk, bool per_batch);
void bulk_free(struct bulk *bulk);

/** Whether to try it with this batch. */
bool bulk_fits(const struct bulk *bulk, const struct batch *batch, const struct distinct_ids *distinct);

/** Begins. As query_execute. */
MUSTUSE bool bulk_start(struct bulk *bulk, struct connection *connection, const struct batch *batch,
                        const struct distinct_ids *distinct, struct err *err);

/**
 * Takes what query_result gave: whether all went well, else `err`. PENDING: more is under way. DONE: what was new is
 * stored, and its items have their rows; `bulk->rows` tells. FAILED: nothing is known to be stored; where
 * `bulk->hands_over` the statement is to decide the batch now, else `err` says why.
 */
MUSTUSE enum progress bulk_take(struct bulk *bulk, struct connection *connection, struct batch *batch,
                                const struct distinct_ids *distinct, bool well, struct err *err);

/** The batch has been decided, by whichever way. */
void bulk_batch_done(struct bulk *bulk);

/** Asks what the tables are like, before the first batch; the result is for bulk_learn. As query_execute. */
MUSTUSE bool bulk_ask(struct bulk *bulk, struct connection *connection, struct err *err);
void bulk_learn(struct bulk *bulk, const struct pg_result *state);

#endif
