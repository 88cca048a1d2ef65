/** The first round trip of the bulk way (postgres/bulk.h): reads what the decision of a batch needs, and decides. */
#ifndef POSTGRES_BULK_READ_H
#define POSTGRES_BULK_READ_H

#include "postgres/bulk_rows.h"
#include "postgres/parents.h"
#include "postgres/query.h"

struct bulk_read {
    bool per_batch; /* parents are locked, and foreign keys do not fire until the end of the transaction */
    struct parents groups;
    struct parents activities;
    bool *known; /* owned; for each distinct id whether the ledger has it */
    size_t known_capacity;
    struct array group_ids;
    struct array activity_ids;
    struct array command_ids;
    struct array conditions[2]; /* parameters of sql/bulk_state.sql */
};

void bulk_read_free(struct bulk_read *read);

/**
 * Opens the transaction and asks about all ids of the batch. True: query_result waits for the answer. False: ERR_RENEW,
 * nothing was sent.
 */
MUSTUSE bool bulk_read_send(struct bulk_read *read, struct connection *connection, const struct batch *batch,
                            const struct distinct_ids *distinct, struct err *err);

/** A step that executes a prepared statement; the parameters are borrowed. */
struct query_step bulk_read_step(enum statement_id id, const struct array *parameters, int count);

/** A step that executes sql/bulk_state.sql; with `must` an obstacle is an error. */
struct query_step bulk_read_state_step(struct bulk_read *read, bool must);

/** The columns of its result: the two obstacles, null for none, and the moment of decision. */
enum bulk_state_column { BULK_STATE_BULK, BULK_STATE_CHECKS, BULK_STATE_DECIDED_AT };

/** The result of that step among those of bulk_read_send; borrowed from the connection. */
const struct pg_result *bulk_read_state(const struct bulk_read *read, const struct connection *connection);

/** Decides what is new, into `rows`. Returns NULL, or a static text that says why it cannot be done. */
const char *bulk_read_take(struct bulk_read *read, const struct connection *connection, struct batch *batch,
                           const struct distinct_ids *distinct, struct bulk_rows *rows);

#endif
