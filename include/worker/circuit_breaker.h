/**
 * The circuit breaker of `dlq.brake`: after so many records in a row that nobody can read or store, something systemic is wrong (a schema that
 * was never registered, a constraint on the wrong table), and draining the topic into the DLQ would only bury it.
 */
#ifndef WORKER_CIRCUIT_BREAKER_H
#define WORKER_CIRCUIT_BREAKER_H

#include "core/batch.h"

struct circuit_breaker {
    int64_t limit; /* `dlq.brake`; 0: never */
    int64_t run;   /* UNKNOWN_SCHEMA and STORE_REFUSED in a row so far */
    bool open;
};

/**
 * Looks at a batch whose outcomes are known. When the limit is reached the breaker opens, and the items after that record are to be
 * given back: returns how many items, from the front, may be published.
 */
MUSTUSE size_t circuit_breaker_look(struct circuit_breaker *breaker, const struct batch *batch);

#endif
