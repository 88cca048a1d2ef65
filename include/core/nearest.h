/**
 * "Did you mean …?": the known name that a mistyped one is nearest to, by Levenshtein distance.
 *
 *     struct nearest nearest = {.word = "batch.max.mesages"};
 *     for each known name: nearest_offer(&nearest, name);
 *     if (nearest_name(&nearest) != NULL) …
 *
 * Pure. Borrows the names.
 */
#ifndef CORE_NEAREST_H
#define CORE_NEAREST_H

#include "core/bytes.h"

struct nearest {
    const char *word;
    const char *name; /* the best offer so far, NULL before the first */
    size_t distance;
};

/** Offers a known name. Of two names at the same distance the first one stays. */
void nearest_offer(struct nearest *nearest, const char *name);

/** The nearest name offered. NULL when none is near: at most 2 edits away, or at most a third of the word. */
const char *nearest_name(const struct nearest *nearest);

/** Insertions, deletions and replacements between the two; a name longer than 127 bytes counts as far away. */
size_t nearest_distance(const char *a, const char *b);

#endif
