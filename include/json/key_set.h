/**
 * The keys of one JSON object, kept to find two that are the same text.
 *
 * They are sorted, not hashed: the worst input that somebody can send then costs n log n comparisons.
 */
#ifndef JSON_KEY_SET_H
#define JSON_KEY_SET_H

#include "json/scan.h"
#include "core/arena.h"

#define KEY_SET_FEW 16

/** Borrows the keys' text. */
struct key_set {
    struct arena *arena;         /* borrowed; used only beyond KEY_SET_FEW keys */
    struct scanned_string *many; /* in the arena; NULL while `few` holds them all */
    size_t count;
    size_t capacity; /* of `many` */
    struct scanned_string few[KEY_SET_FEW];
};

static inline void key_set_start(struct key_set *keys, struct arena *arena)
{
    keys->arena = arena;
    keys->many = NULL;
    keys->count = keys->capacity = 0;
}

void key_set_add(struct key_set *keys, const struct scanned_string *key);

/**
 * The later of two keys that are the same; NULL when all are different. Afterwards the order of the keys is undefined.
 */
MUSTUSE const struct scanned_string *key_set_doubled(struct key_set *keys);

/** The keys as a list. */
static inline const struct scanned_string *key_set_list(const struct key_set *keys)
{
    return keys->many == NULL ? keys->few : keys->many;
}

#endif
