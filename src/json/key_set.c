#include "json/key_set.h"

#include <stdlib.h>

/* Doubling leaves the smaller lists behind in the arena: together they take at most as much again. */
static void grow(struct key_set *keys)
{
    const struct scanned_string *held = keys->many == NULL ? keys->few : keys->many;
    size_t capacity = keys->many == NULL ? 4 * KEY_SET_FEW : 2 * keys->capacity;
    struct scanned_string *larger = arena_alloc(keys->arena, capacity * sizeof *larger);

    memcpy(larger, held, keys->count * sizeof *larger);
    keys->many = larger;
    keys->capacity = capacity;
}

void key_set_add(struct key_set *keys, const struct scanned_string *key)
{
    if (keys->count >= KEY_SET_FEW && (keys->many == NULL || keys->count == keys->capacity))
        grow(keys);
    struct scanned_string *held = keys->many == NULL ? keys->few : keys->many;
    held[keys->count++] = *key;
}

static bool same(const struct scanned_string *a, const struct scanned_string *b)
{
    if (!a->escaped && !b->escaped)
        return bytes_equal(a->raw, b->raw);
    return scanned_string_compare(a, b) == 0;
}

static const struct scanned_string *few_doubled(const struct key_set *keys)
{
    for (size_t i = 1; i < keys->count; i++)
        for (size_t j = 0; j < i; j++)
            if (same(&keys->few[i], &keys->few[j]))
                return &keys->few[i];
    return NULL;
}

/* The same text in the order of the document, so that any sorting algorithm finds the same one. */
static int compare(const void *left, const void *right)
{
    const struct scanned_string *a = left, *b = right;
    int order = scanned_string_compare(a, b);

    return order != 0 ? order : (a->raw.data > b->raw.data) - (a->raw.data < b->raw.data);
}

const struct scanned_string *key_set_doubled(struct key_set *keys)
{
    if (keys->many == NULL)
        return few_doubled(keys);
    qsort(keys->many, keys->count, sizeof *keys->many, compare);
    for (size_t i = 1; i < keys->count; i++)
        if (same(&keys->many[i - 1], &keys->many[i]))
            return &keys->many[i];
    return NULL;
}
