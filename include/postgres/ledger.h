/**
 * What is stored for the commands of a batch, looked up without deciding anything: what `sessiond replay` would find.
 *
 * A connection of its own, opened when first needed; one thread, one batch at a time. Nothing is written, and what is found need not
 * be durable: it is for people, not for events.
 */
#ifndef POSTGRES_LEDGER_H
#define POSTGRES_LEDGER_H

#include "core/batch.h"
#include "core/err.h"
#include "config/config.h"

struct ledger;

/** No connection is made yet. Borrows the config. */
struct ledger *ledger_new(const struct config *config);
void ledger_free(struct ledger *ledger);

/**
 * Looks up the pending items of the batch (of an empty one: nothing, which still opens the connection): each whose id is stored gets its
 * `row`, in the batch's arena. DONE; PENDING, again with the same batch; FAILED with ERR_RETRY, ERR_RENEW (again), ERR_STOP.
 */
MUSTUSE enum progress ledger_look_up(struct ledger *ledger, struct batch *batch, int timeout_ms, struct err *err);

/** The server's clock, in microseconds since 1970 UTC, when the connection was opened. */
int64_t ledger_opened_us(const struct ledger *ledger);

#endif
