#include "runtime/allocator.h"

#ifdef WITH_MIMALLOC

#include <mimalloc.h>
#include <stdio.h>

#define KEEP_MS 1000

#if MI_MALLOC_VERSION >= 210
#define OPTION_KEEP_MS mi_option_purge_delay
#else
#define OPTION_KEEP_MS mi_option_decommit_delay
#endif

const char *allocator_version(void)
{
    static _Thread_local char text[32];
    int version = mi_version();

    snprintf(text, sizeof text, "mimalloc %d.%d.%d", version / 100, version / 10 % 10, version % 10);
    return text;
}

void allocator_keep_freed(void)
{
    mi_option_set(OPTION_KEEP_MS, KEEP_MS);
}

void allocator_give_back(void)
{
    mi_collect(false);
}

#else

const char *allocator_version(void)
{
    return "of the C library";
}

void allocator_keep_freed(void)
{
}

void allocator_give_back(void)
{
}

#endif
