/**
 * Looks up the schemas that the records of a batch name by a registry's id, before the batch is decoded.
 *
 * While a registry is down, slow or behind, the batch waits, in order, for as long as it takes: only its answer that an
 * id does not exist is a verdict on a record. Without a registry there is nothing to look up, and such records are
 * UNKNOWN_SCHEMA.
 */
#ifndef WORKER_RESOLVER_H
#define WORKER_RESOLVER_H

#include "codec/decode.h"
#include "core/batch.h"
#include "runtime/log.h"
#include "registry/registry.h"
#include "worker/keepalive.h"

struct resolver {
    const struct decode_options *decode;
    struct registry *registry; /* borrowed; NULL: no registry is configured */
    struct keepalive *keepalive;
    struct log_limit limit;
};

/** Puts an answer of the registry into the cache, and frees its text. Tools use it too. */
void resolver_take(struct schema_cache *schema_cache, struct registry_answer *answer);

/** Asks for the ids that are not known yet. True when all are known: the batch can be decoded. It does not wait. */
MUSTUSE bool resolver_ask(struct resolver *resolver, const struct batch *batch);

/**
 * Waits until all these ids have been answered, or the batch's assignment is over. False: ERR_STOP, ERR_RESTART, or
 * ERR_INTERRUPTED when a stop was requested (the batch is left to the next start).
 */
MUSTUSE bool resolver_wait(struct resolver *resolver, const struct batch *batch, struct err *err);

#endif
