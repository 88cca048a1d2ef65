#include "core/history.h"

static uint32_t grown(const struct counters *before, const struct counters *now, enum counter counter)
{
    return (uint32_t)(now->values[counter] - before->values[counter]);
}

struct history_point history_between(const struct counters *before, const struct counters *now, int64_t behind,
                                     int64_t at_us)
{
    struct histogram latency = histogram_since(&now->timings[TIMING_LATENCY], &before->timings[TIMING_LATENCY]);
    struct history_point point = {
        .at_us = at_us,
        .created = grown(before, now, COUNTER_CREATED),
        .duplicate = grown(before, now, COUNTER_DUPLICATE) + grown(before, now, COUNTER_SUPPRESSED),
        .rejected = grown(before, now, COUNTER_REJECTED),
        .rebalances = grown(before, now, COUNTER_REBALANCES),
        .renewals = grown(before, now, COUNTER_RENEWALS),
        .behind = behind,
    };

    for (size_t i = 0; i < ERRCODE_COUNT; i++)
        point.by_code[i] = (uint32_t)(now->rejected[i] - before->rejected[i]);
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
        point.latency[i] = (uint32_t)latency.buckets[i];
    return point;
}

void history_add(struct history *history, const struct history_point *point)
{
    history->points[history->next] = *point;
    history->next = (history->next + 1) % HISTORY_POINTS;
    if (history->count < HISTORY_POINTS)
        history->count++;
}

const struct history_point *history_at(const struct history *history, size_t age)
{
    return &history->points[(history->next + HISTORY_POINTS - 1 - age) % HISTORY_POINTS];
}

uint64_t history_rejected(const struct history *history, enum errcode code, size_t points)
{
    uint64_t sum = 0;

    for (size_t age = 0; age < points && age < history->count; age++)
        sum += history_at(history, age)->by_code[code];
    return sum;
}

struct histogram history_latency(const struct history *history, size_t points)
{
    struct histogram sum = {0};

    for (size_t age = 0; age < points && age < history->count; age++)
        for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
            sum.buckets[i] += history_at(history, age)->latency[i];
    return sum;
}
