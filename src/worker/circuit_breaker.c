#include "worker/circuit_breaker.h"

static bool counts(const struct outcome *outcome)
{
    return outcome->kind == OUTCOME_REJECTED &&
           (outcome->code == ERRCODE_UNKNOWN_SCHEMA || outcome->code == ERRCODE_STORE_REFUSED);
}

size_t circuit_breaker_look(struct circuit_breaker *breaker, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count && breaker->limit > 0; i++) {
        breaker->run = counts(&batch->items[i].outcome) ? breaker->run + 1 : 0;
        if (breaker->run >= breaker->limit) {
            breaker->open = true;
            return i + 1;
        }
    }
    return batch->count;
}
