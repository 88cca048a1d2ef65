/**
 * Looks up what is stored for the commands of a batch without deciding anything: what `sessiond replay` would find.
 *
 * It has a connection of its own, which is opened when it is first needed. One thread, one batch at a time. Nothing is
 * written, and the result need not be durable, since it is for people and not for events.
 */
#ifndef POSTGRES_LEDGER_H
#define POSTGRES_LEDGER_H

#include "core/batch.h"
#include "core/err.h"
#include "config/config.h"

struct ledger;

/** Makes the object; it does not connect yet. Borrows the config. */
struct ledger *ledger_new(const struct config *config);
void ledger_free(struct ledger *ledger);

/**
 * Looks up the pending items of the batch: each whose id is stored gets its `row`, in the batch's arena. An empty batch
 * only opens the connection. DONE. PENDING: call again with the same batch. FAILED: ERR_RETRY or ERR_RENEW (call
 * again), ERR_STOP.
 */
MUSTUSE enum progress ledger_look_up(struct ledger *ledger, struct batch *batch, int timeout_ms, struct err *err);

/** The server's time when the connection was opened, in microseconds since 1970 UTC. */
int64_t ledger_opened_us(const struct ledger *ledger);

#endif
