#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_ALIGN 16u
#define ARENA_BLOCK (256u << 10)

struct arena_block {
    struct arena_block *next;
    size_t size; /* bytes in data */
    size_t used;
    size_t unused; /* keeps data aligned to ARENA_ALIGN */
    uint8_t data[];
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "data must start aligned");

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        abort();
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

/* Moves on to the next block of the chain if it is large enough, else puts a new one in its place. */
static void arena_advance(struct arena *arena, size_t size)
{
    struct arena_block **link = arena->current == NULL ? &arena->first : &arena->current->next;

    if (*link == NULL || (*link)->size < size) {
        struct arena_block *block = block_new(size > ARENA_BLOCK ? size : ARENA_BLOCK);
        block->next = *link;
        *link = block;
    }
    arena->current = *link;
    arena->current->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        abort();
    size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (arena->current == NULL || arena->current->size - arena->current->used < size)
        arena_advance(arena, size);
    void *piece = arena->current->data + arena->current->used;
    arena->current->used += size;
    return piece;
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
    if (bytes.data == NULL)
        return bytes;
    uint8_t *copy = arena_alloc(arena, bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = 0;
    return (struct bytes){copy, bytes.len};
}

struct bytes arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        abort();

    char *text = arena_alloc(arena, (size_t)len + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct bytes){(const uint8_t *)text, (size_t)len};
}

void arena_reset(struct arena *arena)
{
    size_t kept = 0;

    for (struct arena_block **link = &arena->first; *link != NULL;) {
        struct arena_block *block = *link;
        if (kept + block->size > ARENA_KEEP) {
            *link = block->next;
            free(block);
        } else {
            kept += block->size;
            link = &block->next;
        }
    }
    arena->current = NULL;
}

void arena_free(struct arena *arena)
{
    while (arena->first != NULL) {
        struct arena_block *block = arena->first;
        arena->first = block->next;
        free(block);
    }
    arena->current = NULL;
}
