/**
 * Where decisions are kept: one batch at a time, asynchronous, in a transaction of its own.
 *
 * `store_send` begins, `store_receive` ends; between them the loop publishes the batch before. When
 * `store_receive` is DONE every item that has an id in the ledger has its `decision` (a `struct ledger_row` in the
 * batch's arena), made now or found; and it is durable by the server's own setting (`synchronous_commit`),
 * also when it was only found.
 *
 * One connection, one thread, at most one batch.
 */
#ifndef POSTGRES_STORE_H
#define POSTGRES_STORE_H

#include "core/batch.h"
#include "core/err.h"
#include "config/config.h"

struct store;

/** No connection is made yet. Borrows the config. */
struct store *store_new(const struct config *config);
void store_free(struct store *store);

/**
 * Batches of so many distinct ids or more go the bulk way (postgres/bulk.h); SIZE_MAX: none does. For tests and
 * measurements; the default is where it begins to pay.
 */
void store_set_bulk_least(struct store *store, size_t ids);

/** Connects, prepares the session and the statements. Call again while PENDING. FAILED: ERR_RENEW (again) or ERR_STOP.
 */
MUSTUSE enum progress store_connect(struct store *store, int timeout_ms, struct err *err);

/**
 * Whether a connection on which nothing is asked is still there; does not wait, and sends nothing. False: ERR_RENEW. What a server says that
 * stops is seen so, and what ends without a word only by TCP's keepalives.
 */
MUSTUSE bool store_alive(struct store *store, struct err *err);

/** Drops the connection: whatever was in flight is unknown and will be asked again. */
void store_disconnect(struct store *store);

/**
 * Sends the items whose outcome is pending and whose `decision` is NULL. Of several items with one id the first is sent
 * and all share its row. Items with `violations` are sent as rejected, the others are decided by the parents'
 * existence. False: as `store_receive`.
 */
MUSTUSE bool store_send(struct store *store, struct batch *batch, struct err *err);

/**
 * PENDING: not yet. FAILED: ERR_RETRY (send the same batch again after a pause), ERR_RENEW (connect first), ERR_STOP.
 * A row that PostgreSQL refuses while it takes others is isolated by bisecting; see the README on STORE_REFUSED.
 */
MUSTUSE enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err);

/** The linked libpq, e.g. "15.20"; static. Not thread-safe. */
const char *postgres_version(void);

#endif
