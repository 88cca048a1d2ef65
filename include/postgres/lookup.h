/**
 * Looks up one stored outcome for a person: by its command id, or by the session that it created.
 *
 * The result is durable by the server's own setting, as in the store. It has a connection of its own, which is opened
 * when it is first needed. One thread, one query at a time.
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

/** Makes the object; it does not connect yet. Borrows the config. */
struct lookup *lookup_new(const struct config *config);
void lookup_free(struct lookup *lookup);

/* Chooses what is looked up next; lookup_answer does the work. Not allowed before the last answer has come. */

void lookup_command(struct lookup *lookup, const struct uuid *command_id);
/** By the session. This reads the whole ledger, which has no index by session. */
void lookup_session(struct lookup *lookup, int64_t session_id);

/**
 * DONE: `found` is filled. PENDING: call again. FAILED: ERR_RETRY, ERR_RENEW or ERR_STOP; the lookup may be started
 * anew, with lookup_command or lookup_session. When the role may not read the ledger the exit code is EXIT_PERMISSION
 * and the message names the grant.
 */
MUSTUSE enum progress lookup_answer(struct lookup *lookup, int timeout_ms, struct arena *arena,
                                    struct lookup_found *found, struct err *err);

#endif
