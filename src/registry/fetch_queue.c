#include "registry/fetch_queue.h"

void fetch_queue_put(struct fetch_queue *queue, struct fetch *fetch)
{
    if (queue->first == NULL)
        queue->end = &queue->first;
    fetch->next = NULL;
    *queue->end = fetch;
    queue->end = &fetch->next;
    queue->count++;
}

struct fetch *fetch_queue_take(struct fetch_queue *queue)
{
    struct fetch *fetch = queue->first;

    if (fetch != NULL) {
        queue->first = fetch->next;
        queue->count--;
    }
    return fetch;
}

void fetch_queue_free(struct fetch_queue *queue)
{
    for (struct fetch *fetch; (fetch = fetch_queue_take(queue)) != NULL;)
        fetch_free(fetch);
}
