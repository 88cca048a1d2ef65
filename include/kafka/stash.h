/**
 * Messages that arrived while none were wanted, kept in order for the next fill.
 *
 * While batches are in flight and the loop waits (the database is down, say) the group must be served, so the consumer is polled
 * and the partitions are held back; what librdkafka had forwarded before arrives nevertheless. Its queue limits bound the stash.
 */
#ifndef KAFKA_STASH_H
#define KAFKA_STASH_H

#include "core/bytes.h"

struct rd_kafka_message_s;

/** All zero is empty. */
struct stash {
    struct rd_kafka_message_s **list; /* owned, and the messages from `next` on */
    size_t count, capacity, next;
};

/** Takes the message over. */
void stash_add(struct stash *stash, struct rd_kafka_message_s *message);

/** Gives the oldest message to the caller; NULL when there is none. */
struct rd_kafka_message_s *stash_take(struct stash *stash);

bool stash_has(const struct stash *stash, int32_t partition);

/** Destroys what is in it. */
void stash_clear(struct stash *stash);
void stash_free(struct stash *stash);

#endif
