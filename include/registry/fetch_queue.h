/** Fetches in a row, the first to come the first to go. Owns those that are in it. Visible, all zero when empty. */
#ifndef REGISTRY_FETCH_QUEUE_H
#define REGISTRY_FETCH_QUEUE_H

#include "registry/fetch.h"

struct fetch_queue {
    struct fetch *first;
    struct fetch **end; /* where the next one is hung up */
    size_t count;
};

/** Takes `fetch`. */
void fetch_queue_put(struct fetch_queue *queue, struct fetch *fetch);

/** The first one, the caller's; NULL when there is none. */
MUSTUSE struct fetch *fetch_queue_take(struct fetch_queue *queue);

void fetch_queue_free(struct fetch_queue *queue);

#endif
