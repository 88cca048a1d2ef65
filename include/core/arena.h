/**
 * A region of memory that is given out piece by piece and taken back as a whole: a batch has one, which is reset when
 * the batch is released.
 *
 * After the first few batches an arena owns what its largest batch needed (up to `ARENA_KEEP` bytes) and no longer
 * calls malloc. Memory that runs out ends the process (`abort`): the worker is crash-only, and a restart loses nothing.
 * Not shared between threads.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/bytes.h"

/** A reset keeps at most about this many bytes; the rest of what one giant batch needed goes back to the system. */
#define ARENA_KEEP (8u << 20)

struct arena_block;

struct arena {
    struct arena_block *first;   /* owned chain, in the order of use */
    struct arena_block *current; /* the block that is being filled; NULL before the first allocation */
};

/** `size` bytes, aligned for any type, uninitialised; valid until the next reset. Never NULL. */
MUSTUSE void *arena_alloc(struct arena *arena, size_t size);

/** A copy of `bytes` with a NUL after it (not counted in `len`). Absent stays absent. */
MUSTUSE struct bytes arena_copy(struct arena *arena, struct bytes bytes);

/** Formats into the arena; the result is NUL-terminated. */
MUSTUSE struct bytes arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);

/** Takes back everything at once; the memory is kept for the next batch. */
void arena_reset(struct arena *arena);

/** Returns the memory to the system. The arena can then be used again: it is all zero, as at first. */
void arena_free(struct arena *arena);

#endif
