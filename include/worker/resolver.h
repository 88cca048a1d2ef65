/**
 * Looks up the schemas that a batch's records name by registry id, before the batch is decoded.
 *
 * A registry that is down, slow or behind makes the batch wait, in order, for as long as it takes: only its word that there is no
 * such id is a verdict on a record. Without a registry there is nothing to look up, and such records are UNKNOWN_SCHEMA.
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
    struct registry *registry; /* borrowed; NULL: none is configured */
    struct keepalive *keepalive;
    struct log_limit limit;
};

/** Notes an answer of the registry, and frees its text. For tools too. */
void resolver_take(struct schema_cache *schema_cache, struct registry_answer *answer);

/** Asks for what is not known yet. True when everything is: the batch may be decoded. Does not wait. */
MUSTUSE bool resolver_ask(struct resolver *resolver, const struct batch *batch);

/**
 * Waits until everything asked for has been answered, or the batch's assignment is over. False: ERR_STOP, or ERR_INTERRUPTED when a stop
 * was asked for (the batch is left to the next start).
 */
MUSTUSE bool resolver_wait(struct resolver *resolver, const struct batch *batch, struct err *err);

#endif
