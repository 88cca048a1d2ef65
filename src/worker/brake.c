#include "worker/brake.h"

static bool counts(const struct outcome *outcome)
{
    return outcome->kind == OUTCOME_REJECTED &&
           (outcome->code == ERRCODE_UNKNOWN_SCHEMA || outcome->code == ERRCODE_STORE_REFUSED);
}

size_t brake_look(struct brake *brake, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count && brake->limit > 0; i++) {
        brake->run = counts(&batch->items[i].outcome) ? brake->run + 1 : 0;
        if (brake->run >= brake->limit) {
            brake->engaged = true;
            return i + 1;
        }
    }
    return batch->count;
}
