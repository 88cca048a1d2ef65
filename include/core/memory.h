/** Memory that the caller frees with free(). When there is none, the process ends: a restart loses nothing. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "core/bytes.h"

#include <stdio.h>

/** `count` things of `size` bytes, all zero. Never NULL. */
MUSTUSE void *memory_zeroed(size_t count, size_t size) __attribute__((returns_nonnull, malloc));

/** The same memory, moved if need be, with room for `count` things of `size` bytes; new ones are not set. Never NULL. */
MUSTUSE void *memory_resized(void *memory, size_t count, size_t size) __attribute__((returns_nonnull));

/** A stream into memory, which `*text` and `*len` tell once it is closed, NUL-terminated. Never NULL. */
MUSTUSE FILE *memory_stream(char **text, size_t *len) __attribute__((returns_nonnull));

#endif
