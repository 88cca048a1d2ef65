/**
 * What the dead-letter topic takes, as far as it has shown: records that were sent alone, so that an answer is about one record.
 *
 * Not exact: a topic's limit is on what is sent, which compression has made smaller. Pure; plain data; nothing to free.
 */
#ifndef KAFKA_COPY_SIZE_H
#define KAFKA_COPY_SIZE_H

#include "core/bytes.h"

struct copy_size {
    size_t refused;  /* the smallest that was refused; 0: none */
    size_t accepted; /* the largest below it that was not; 0: none */
    int64_t seen_ms; /* of the last refusal */
};

void copy_size_refused(struct copy_size *known, size_t size, int64_t now_ms);
void copy_size_accepted(struct copy_size *known, size_t size);

/** How many bytes a copy of `size` bytes should be cut to at once; 0: it may fit as it is. */
MUSTUSE size_t copy_size_limit(const struct copy_size *known, size_t size, int64_t now_ms);

#endif
