/*
 * The arena with a block of the heap for each piece, in the place of src/core/arena.c: AddressSanitizer sees the first
 * byte beyond.
 */
#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_block {
    struct arena_block *next;
    void *piece;
};

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = malloc(sizeof *block);

    if (block == NULL || (block->piece = malloc(size)) == NULL)
        abort();
    block->next = arena->first;
    arena->first = block;
    return block->piece;
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
    char *text;

    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        abort();
    struct bytes copy = arena_copy(arena, bytes_of(text));
    free(text);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->first != NULL) {
        struct arena_block *block = arena->first;
        arena->first = block->next;
        free(block->piece);
        free(block);
    }
}

void arena_reset(struct arena *arena)
{
    arena_free(arena);
}
