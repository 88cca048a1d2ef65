#include "core/histogram.h"

size_t histogram_bucket(const struct histogram_bounds *bounds, int64_t value)
{
    size_t i = 0;

    while (i < bounds->count && value > bounds->list[i])
        i++;
    return i;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
        count += histogram->buckets[i];
    return count;
}

struct histogram histogram_since(const struct histogram *now, const struct histogram *before)
{
    struct histogram since = {.sum = now->sum - before->sum};

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
        since.buckets[i] = now->buckets[i] - before->buckets[i];
    return since;
}

int64_t histogram_quantile(const struct histogram_bounds *bounds, const struct histogram *histogram, int permille)
{
    uint64_t count = histogram_count(histogram);
    double rank = (double)count * permille / 1000;
    double below = 0;

    if (count == 0)
        return -1;
    for (size_t i = 0; i < bounds->count; i++) {
        double here = (double)histogram->buckets[i];
        if (here > 0 && below + here >= rank) {
            double from = i == 0 ? 0 : (double)bounds->list[i - 1];
            return (int64_t)(from + ((double)bounds->list[i] - from) * (rank - below) / here);
        }
        below += here;
    }
    return bounds->list[bounds->count - 1];
}
