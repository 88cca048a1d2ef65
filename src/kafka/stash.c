#include "kafka/stash.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

void stash_add(struct stash *stash, struct rd_kafka_message_s *message)
{
    if (stash->count == stash->capacity) {
        stash->capacity = stash->capacity == 0 ? 256 : 2 * stash->capacity;
        stash->list = realloc(stash->list, stash->capacity * sizeof *stash->list);
        if (stash->list == NULL)
            abort();
    }
    stash->list[stash->count++] = message;
}

struct rd_kafka_message_s *stash_take(struct stash *stash)
{
    if (stash->next == stash->count)
        return NULL;
    struct rd_kafka_message_s *message = stash->list[stash->next++];
    if (stash->next == stash->count)
        stash->next = stash->count = 0;
    return message;
}

bool stash_has(const struct stash *stash, int32_t partition)
{
    for (size_t i = stash->next; i < stash->count; i++)
        if (stash->list[i]->partition == partition)
            return true;
    return false;
}

void stash_clear(struct stash *stash)
{
    while (stash->next < stash->count)
        rd_kafka_message_destroy(stash->list[stash->next++]);
    stash->next = stash->count = 0;
}

void stash_free(struct stash *stash)
{
    stash_clear(stash);
    free(stash->list);
    *stash = (struct stash){0};
}
