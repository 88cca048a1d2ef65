#include "core/counters.h"

#include <stdatomic.h>

#define MS 1000
#define S  (1000 * MS)

static const struct histogram_bounds bounds[TIMING_COUNT] = {
    [TIMING_LATENCY] = {16,
                        {1 * MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 35 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS,
                         1 * S, 2 * S, 5 * S, 10 * S, 30 * S, 60 * S}                                                  },
    [TIMING_BATCH] = {15, {1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 50000, 100000}               },
    [TIMING_DECODE] = {12, {100, 250, 500, 1 * MS, 2 * MS, 5 * MS, 10 * MS, 25 * MS, 50 * MS, 100 * MS, 1 * S, 10 * S}},
    [TIMING_STORE] = {13,
                        {500, 1 * MS, 2 * MS, 5 * MS, 10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * S,
                       10 * S, 60 * S}                                                                                 },
    [TIMING_PUBLISH] = {13,
                        {500, 1 * MS, 2 * MS, 5 * MS, 10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * S,
                         10 * S, 60 * S}                                                                               },
};

/* The live numbers. Relaxed order is enough, since nothing is concluded from it. */
static _Atomic uint64_t values[COUNTER_COUNT];
static _Atomic uint64_t rejected[ERRCODE_COUNT];
static struct {
    _Atomic uint64_t buckets[HISTOGRAM_BOUNDS_MAX + 1];
    _Atomic uint64_t sum;
} timings[TIMING_COUNT];
/*
 * A class is written before the count that refers to it. The likely classes exist from the beginning, since a rate
 * needs the 0 before the 1.
 */
static char classes[COUNTERS_CLASSES][3] = {"08", "40", "53", "57"};
static _Atomic uint64_t class_errors[COUNTERS_CLASSES];
static _Atomic size_t class_count = 4;

static void add(_Atomic uint64_t *number, uint64_t count)
{
    atomic_fetch_add_explicit(number, count, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

void counters_add(enum counter counter, uint64_t count)
{
    add(&values[counter], count);
}

void counters_reject(enum errcode code)
{
    add(&values[COUNTER_REJECTED], 1);
    add(&rejected[code], 1);
}

void counters_time(enum timing timing, int64_t value)
{
    if (value < 0)
        value = 0;
    add(&timings[timing].buckets[histogram_bucket(&bounds[timing], value)], 1);
    add(&timings[timing].sum, (uint64_t)value);
}

void counters_postgres_error(const char *sqlstate)
{
    const char *class = sqlstate == NULL || strlen(sqlstate) < 2 ? "08" : sqlstate;
    size_t count = atomic_load(&class_count);
    size_t i = 0;

    while (i < count && strncmp(classes[i], class, 2) != 0)
        i++;
    if (i == COUNTERS_CLASSES)
        return; /* cannot happen: PostgreSQL has 43 classes */
    if (i == count) {
        memcpy(classes[i], class, 2);
        atomic_store(&class_count, count + 1);
    }
    add(&class_errors[i], 1);
}

const struct histogram_bounds *counters_bounds(enum timing timing)
{
    return &bounds[timing];
}

static void read_timing(enum timing timing, struct histogram *histogram)
{
    *histogram = (struct histogram){.sum = get(&timings[timing].sum)};
    for (size_t i = 0; i <= bounds[timing].count; i++)
        histogram->buckets[i] = get(&timings[timing].buckets[i]);
}

void counters_read(struct counters *counters)
{
    *counters = (struct counters){.class_count = atomic_load(&class_count)};
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        counters->values[i] = get(&values[i]);
    for (size_t i = 0; i < ERRCODE_COUNT; i++)
        counters->rejected[i] = get(&rejected[i]);
    for (enum timing i = 0; i < TIMING_COUNT; i++)
        read_timing(i, &counters->timings[i]);
    for (size_t i = 0; i < counters->class_count; i++) {
        memcpy(counters->classes[i], classes[i], 2);
        counters->class_errors[i] = get(&class_errors[i]);
    }
}
