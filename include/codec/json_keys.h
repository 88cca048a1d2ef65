/**
 * The keys of one JSON object, kept to see whether any two are the same text.
 *
 * Sorting, not hashing: the worst that a stranger can send costs n log n comparisons.
 */
#ifndef CODEC_JSON_KEYS_H
#define CODEC_JSON_KEYS_H

#include "codec/json_scan.h"
#include "core/arena.h"

#define JSON_KEYS_FEW 16

/** Starts as all zero but for `arena`. Borrows the keys' text. */
struct json_keys {
    struct arena *arena;      /* borrowed; used only beyond JSON_KEYS_FEW keys */
    struct json_string *many; /* in the arena; NULL while `few` holds them all */
    size_t count;
    size_t capacity; /* of `many` */
    struct json_string few[JSON_KEYS_FEW];
};

void json_keys_add(struct json_keys *keys, const struct json_string *key);

/** True when no two are the same. The order of the keys is lost. */
MUSTUSE bool json_keys_distinct(struct json_keys *keys);

#endif
