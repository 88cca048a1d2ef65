#include "avro_memory.h"

#include <avro.h>
#include <stdlib.h>
#include <string.h>

/* Before each block that avro-c has: aligned for what follows it. */
struct block {
    struct block *next;
    struct block *prev;
};

static struct block held = {&held, &held};

static void unlink_block(struct block *block)
{
    block->prev->next = block->next;
    block->next->prev = block->prev;
}

/* avro-c's own contract: a size of 0 frees. */
static void *allocate(void *unused, void *at, size_t old_size, size_t size)
{
    struct block *block = NULL, *before = at == NULL ? NULL : (struct block *)at - 1;

    (void)unused;
    if (size > 0) {
        block = malloc(sizeof *block + size);
        if (block == NULL)
            abort();
        *block = (struct block){held.next, &held};
        held.next->prev = block;
        held.next = block;
        if (before != NULL)
            memcpy(block + 1, before + 1, old_size < size ? old_size : size);
    }
    if (before != NULL) {
        unlink_block(before);
        free(before);
    }
    return block == NULL ? NULL : block + 1;
}

void avro_memory_watch(void)
{
    avro_set_allocator(allocate, NULL);
}

void avro_memory_reclaim(void)
{
    while (held.next != &held) {
        struct block *block = held.next;
        unlink_block(block);
        free(block);
    }
}
