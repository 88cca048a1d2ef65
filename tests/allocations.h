/**
 * Counts the allocations of the whole process. Include it in one source file of a program.
 *
 * The sanitizers have their own malloc, and a hook that is called for each allocation.
 */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stddef.h>

static volatile size_t allocations; /* volatile: compilers know malloc, and that it changes no variable */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
                                              void (*freed)(const volatile void *));

static void allocations_count(const volatile void *at, size_t size)
{
    (void)at;
    (void)size;
    allocations++;
}

static void allocations_ignore(const volatile void *at)
{
    (void)at;
}

__attribute__((constructor)) static void allocations_start(void)
{
    __sanitizer_install_malloc_and_free_hooks(allocations_count, allocations_ignore);
}

#else

/* glibc's own names of its functions, which stay available below our replacements. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *at, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    allocations++;
    return __libc_realloc(at, size);
}

#endif

#endif
