#include "runtime/allocator.h"

#ifdef WITH_MIMALLOC

#include <mimalloc.h>
#include <stdio.h>

const char *allocator_version(void)
{
    static char text[32];
    int version = mi_version(); /* 209 is 2.0.9 */

    snprintf(text, sizeof text, "mimalloc %d.%d.%d", version / 100, version / 10 % 10, version % 10);
    return text;
}

#else

const char *allocator_version(void)
{
    return "the C library's";
}

#endif
