#include "core/memory.h"

#include <stdlib.h>

void *memory_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);

    if (memory == NULL)
        abort();
    return memory;
}

void *memory_resized(void *memory, size_t count, size_t size)
{
    void *resized = reallocarray(memory, count, size);

    if (resized == NULL)
        abort();
    return resized;
}

FILE *memory_stream(char **text, size_t *len)
{
    FILE *stream = open_memstream(text, len);

    if (stream == NULL)
        abort();
    return stream;
}
