/**
 * The keys of one JSON object, kept to see whether any two are the same text.
 *
 * Sorting, not hashing: the worst that a stranger can send costs n log n comparisons.
 */
#ifndef JSON_JSON_KEYS_H
#define JSON_JSON_KEYS_H

#include "json/json_scan.h"
#include "core/arena.h"

#define JSON_KEYS_FEW 16

/** Borrows the keys' text. */
struct json_keys {
    struct arena *arena;      /* borrowed; used only beyond JSON_KEYS_FEW keys */
    struct json_string *many; /* in the arena; NULL while `few` holds them all */
    size_t count;
    size_t capacity; /* of `many` */
    struct json_string few[JSON_KEYS_FEW];
};

static inline void json_keys_start(struct json_keys *keys, struct arena *arena)
{
    keys->arena = arena;
    keys->many = NULL;
    keys->count = keys->capacity = 0;
}

void json_keys_add(struct json_keys *keys, const struct json_string *key);

/** The later of two that are the same; NULL: all are different. The order of the keys is lost. */
MUSTUSE const struct json_string *json_keys_doubled(struct json_keys *keys);

/** The keys one by one. */
static inline const struct json_string *json_keys_list(const struct json_keys *keys)
{
    return keys->many == NULL ? keys->few : keys->many;
}

#endif
