/**
 * Which sizes the dead-letter topic accepts, as far as is known from records that were sent alone, so that each answer
 * is about one record.
 *
 * This is not exact: a topic's limit applies to what is sent, which compression has made smaller. Pure; plain data;
 * nothing to free.
 */
#ifndef KAFKA_COPY_SIZE_H
#define KAFKA_COPY_SIZE_H

#include "core/bytes.h"

struct copy_size {
    size_t refused;  /* the smallest size that was refused; 0: none */
    size_t accepted; /* the largest smaller size that was accepted; 0: none */
    int64_t seen_ms; /* when the last refusal was */
};

void copy_size_refused(struct copy_size *known, size_t size, int64_t now_ms);
void copy_size_accepted(struct copy_size *known, size_t size);

/** To how many bytes a copy of `size` bytes should be cut before it is tried; 0: it may fit as it is. */
MUSTUSE size_t copy_size_limit(const struct copy_size *known, size_t size, int64_t now_ms);

#endif
