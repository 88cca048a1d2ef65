/**
 * What has happened since the process began, in numbers that only grow.
 *
 * One table of atomics for the whole process: any thread may add and read, no call waits. Each number is exact, but two
 * numbers that are read one after the other may belong to slightly different moments.
 *
 * To add a counter: add it here, with its bounds if it is a histogram, and add its row to core/metric.c.
 */
#ifndef CORE_COUNTERS_H
#define CORE_COUNTERS_H

#include "core/errcode.h"
#include "core/histogram.h"

enum counter {
    COUNTER_CREATED,    /* commands answered with a created event that was decided for them */
    COUNTER_REJECTED,   /* commands answered with a rejected event that was decided for them; by code: `rejected` */
    COUNTER_DUPLICATE,  /* commands answered with the event of another record with the same id */
    COUNTER_SUPPRESSED, /* duplicates that got no event, because of duplicates=suppress */
    COUNTER_DLQ,        /* copies for the dead-letter topic */
    COUNTER_TXN_COMMITTED,
    COUNTER_TXN_ABORTED,
    COUNTER_REBALANCES, /* assignments that the group gave */
    COUNTER_RENEWALS,   /* producers that were replaced */
    COUNTER_COUNT,
};

enum timing {
    TIMING_LATENCY, /* microseconds from a record's timestamp to the commit of its event */
    TIMING_BATCH,   /* messages in a batch */
    TIMING_DECODE,  /* microseconds for a batch */
    TIMING_STORE,
    TIMING_PUBLISH,
    TIMING_COUNT,
};

/** Classes of SQLSTATE: two characters. Errors of the connection have no SQLSTATE and count as 08. */
#define COUNTERS_CLASSES 64

struct counters {
    uint64_t values[COUNTER_COUNT];
    uint64_t rejected[ERRCODE_COUNT];
    struct histogram timings[TIMING_COUNT];
    size_t class_count;
    char classes[COUNTERS_CLASSES][3];
    uint64_t class_errors[COUNTERS_CLASSES];
};

void counters_add(enum counter counter, uint64_t count);

/** Counts a rejected event that was decided for the command itself. */
void counters_reject(enum errcode code);

/** Adds a value to the histogram. A value below 0 counts as 0. */
void counters_time(enum timing timing, int64_t value);

/**
 * Counts an error that PostgreSQL reported; `sqlstate` NULL: the connection failed. Called on the loop's thread only.
 */
void counters_postgres_error(const char *sqlstate);

const struct histogram_bounds *counters_bounds(enum timing timing);

/** Copies all counters as they are now. */
void counters_read(struct counters *counters);

#endif
