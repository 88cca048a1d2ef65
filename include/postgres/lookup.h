/**
 * One stored outcome, looked up for a person: by its command id, or by the session that it created.
 *
 * What is found is durable by the server's own setting, as with the store. A connection of its own, opened when first
 * needed; one thread, one query at a time.
 */
#ifndef POSTGRES_LOOKUP_H
#define POSTGRES_LOOKUP_H

#include "core/err.h"
#include "core/outcome.h"
#include "config/config.h"

struct lookup;

/** A row of the ledger; `row` is in the arena, NULL when there is none. */
struct lookup_found {
    struct uuid command_id;
    const struct ledger_row *row;
};

/** No connection is made yet. Borrows the config. */
struct lookup *lookup_new(const struct config *config);
void lookup_free(struct lookup *lookup);

/* What is asked next; `lookup_answer` does the work. Not before the last answer has come. */

void lookup_command(struct lookup *lookup, const struct uuid *command_id);
/** Reads the whole ledger: it has no index by session. */
void lookup_session(struct lookup *lookup, int64_t session_id);

/**
 * DONE: `found` is filled. PENDING: call again. FAILED: ERR_RETRY, ERR_RENEW or ERR_STOP; the same may be asked anew,
 * with `lookup_command` or `lookup_session`. A role that may not read the ledger is EXIT_PERMISSION and told the grant.
 */
MUSTUSE enum progress lookup_answer(struct lookup *lookup, int timeout_ms, struct arena *arena,
                                    struct lookup_found *found, struct err *err);

#endif
