/**
 * `sessiond prune`: removes the details of old outcomes from the ledger and leaves their ids, so that none is decided
 * again.
 *
 * It goes through the whole ledger in windows of 10,000 ids, each in a short transaction of its own. What is pruned
 * stays pruned, whenever it is stopped. One thread.
 */
#ifndef POSTGRES_PRUNE_H
#define POSTGRES_PRUNE_H

#include "core/err.h"
#include "config/config.h"

struct prune;

struct prune_request {
    int64_t older_than_ms; /* since the decision, by the server's clock */
    bool dry_run;          /* only counts, and needs no UPDATE privilege */
};

/** What was done so far. */
struct prune_count {
    int64_t examined; /* ids */
    int64_t pruned;   /* with `dry_run`: how many would be */
};

/** Connects. Borrows the config. NULL with ERR_STOP; an interrupt also gives ERR_STOP, with EXIT_TIMEOUT. */
MUSTUSE struct prune *prune_open(const struct config *config, const struct prune_request *request, struct err *err);
void prune_close(struct prune *prune);

/**
 * Handles one window and adds it to `count`. DONE: it was the last one. PENDING: call again. FAILED with ERR_STOP. When
 * the role may not update the ledger the exit code is EXIT_PERMISSION and the message names the grant.
 */
MUSTUSE enum progress prune_step(struct prune *prune, struct prune_count *count, struct err *err);

#endif
