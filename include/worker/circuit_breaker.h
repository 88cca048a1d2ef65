/**
 * The circuit breaker of `dlq.brake`. When many records in a row cannot be read or stored, something systemic is wrong
 * (a schema that was never registered, a constraint on the wrong table), and moving the whole topic to the dead-letter
 * topic would only hide it.
 */
#ifndef WORKER_CIRCUIT_BREAKER_H
#define WORKER_CIRCUIT_BREAKER_H

#include "core/batch.h"

struct circuit_breaker {
    int64_t limit; /* `dlq.brake`; 0: it never opens */
    int64_t run;   /* how many UNKNOWN_SCHEMA and STORE_REFUSED there are in a row so far */
    bool open;
};

/**
 * Looks at a batch whose outcomes are known. Returns how many items, from the front, may be published. When the limit
 * is reached the breaker opens, and the items after that record must be given back.
 */
MUSTUSE size_t circuit_breaker_look(struct circuit_breaker *breaker, const struct batch *batch);

#endif
