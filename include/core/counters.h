/**
 * What has happened since the process began, in numbers that only grow.
 *
 * One table of atomics for the whole process: any thread may add and read, no call waits. A number is exact; two numbers that are read
 * one after the other may be of moments a little apart.
 *
 * To add one: here, its bounds if it is a histogram, and its row in core/metric.c.
 */
#ifndef CORE_COUNTERS_H
#define CORE_COUNTERS_H

#include "core/errcode.h"
#include "core/histogram.h"

enum counter {
    COUNTER_CREATED,    /* commands answered with a created event that was theirs */
    COUNTER_REJECTED,   /* with a rejected event that was theirs; by code: `rejected` */
    COUNTER_DUPLICATE,  /* with the event of another record with the same id */
    COUNTER_SUPPRESSED, /* duplicates that got no event */
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

/** Classes of SQLSTATE: two characters. Errors of the connection, which have none, count as 08. */
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

/** A rejected event that was the command's own. */
void counters_reject(enum errcode code);

/** A value below 0 counts as 0. */
void counters_time(enum timing timing, int64_t value);

/** An error that PostgreSQL gave; `sqlstate` NULL: the connection failed. One thread: the loop's. */
void counters_postgres_error(const char *sqlstate);

const struct histogram_bounds *counters_bounds(enum timing timing);

/** All of them as they are now. */
void counters_read(struct counters *counters);

#endif
