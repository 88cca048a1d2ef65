#include "core/percentile.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

void percentile_sort(int64_t *list, size_t count)
{
    if (count > 1)
        qsort(list, count, sizeof *list, compare);
}

int64_t percentile_of(const int64_t *sorted, size_t count, unsigned int permille)
{
    if (count == 0)
        return -1;
    size_t rank = (count * permille + 999) / 1000;
    return sorted[rank == 0 ? 0 : rank - 1];
}
