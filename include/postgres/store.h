/**
 * Where decisions are kept: one batch at a time, asynchronously, in a transaction of its own.
 *
 * store_send begins and store_receive ends; in between the loop publishes the batch before. When store_receive is DONE
 * every item that has an id in the ledger has its `row` (a `struct ledger_row` in the batch's arena), made now or
 * found. It is durable by the server's own setting (`synchronous_commit`), also when it was only found.
 *
 * One connection, one thread, at most one batch.
 */
#ifndef POSTGRES_STORE_H
#define POSTGRES_STORE_H

#include "core/batch.h"
#include "core/err.h"
#include "config/config.h"

struct store;

/** Makes the object; it does not connect yet. Borrows the config. */
struct store *store_new(const struct config *config);
void store_free(struct store *store);

/**
 * Batches of at least this many distinct ids go in bulk (postgres/bulk.h); SIZE_MAX: none does. For tests and
 * measurements; the default is where it begins to be faster.
 */
void store_set_bulk_least(struct store *store, size_t ids);

/**
 * Connects, prepares the session and the statements. Call again while PENDING. FAILED: ERR_RENEW (call again) or
 * ERR_STOP.
 */
MUSTUSE enum progress store_connect(struct store *store, int timeout_ms, struct err *err);

/**
 * True when a connection without a query still exists. It does not wait and sends nothing. False: ERR_RENEW. It notices
 * a server that says that it stops; an end without a word shows only by TCP keepalives.
 */
MUSTUSE bool store_alive(struct store *store, struct err *err);

/** Drops the connection. The result of what was in flight is then unknown, and it is sent again later. */
void store_disconnect(struct store *store);

/**
 * Sends the items whose outcome is pending and whose `row` is NULL. Of several items with the same id the first is
 * sent, and all share its row. Items with `violations` are sent as rejected; for the others the existence of the
 * parents decides. False: ERR_RETRY, ERR_RENEW or ERR_STOP, as store_receive explains them.
 */
MUSTUSE bool store_send(struct store *store, struct batch *batch, struct err *err);

/**
 * Goes on with what store_send began, as far as PostgreSQL needs an answer from us before it can finish. DONE: nothing
 * more has to be done before store_receive. PENDING, FAILED: as of store_receive. A large batch whose transaction is
 * not complete would hold its locks, and PostgreSQL would wait, while the batch before is published.
 */
MUSTUSE enum progress store_advance(struct store *store, struct batch *batch, int timeout_ms, struct err *err);

/**
 * PENDING: call again. FAILED: ERR_RETRY (send the same batch again after a pause), ERR_RENEW (connect first),
 * ERR_STOP. A row that PostgreSQL refuses while it accepts others is found by bisecting (postgres/isolate.h).
 */
MUSTUSE enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err);

/** The linked libpq, e.g. "15.20"; static. Not thread-safe. */
const char *postgres_version(void);

#endif
