/**
 * Exact percentiles of a list of measurements, by the nearest rank: always one of the measurements, never something between two.
 *
 * Source: NIST/SEMATECH e-Handbook 2.6.2, "nearest rank". Pure.
 */
#ifndef CORE_PERCENTILE_H
#define CORE_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

/** Ascending, in place. */
void percentile_sort(int64_t *list, size_t count);

/** The smallest one that at least `permille` of a thousand do not exceed; -1 without any. The list is sorted; 1000: its last. */
int64_t percentile_of(const int64_t *sorted, size_t count, unsigned int permille);

#endif
