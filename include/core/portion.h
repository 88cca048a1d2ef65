/**
 * How many rows to send at once to a server that did not finish more of them before a time-out.
 *
 * Without this, a batch that takes longer than a time-out of the server would be tried again in full, for ever. Each
 * time-out halves the portion, down to one row. When three full portions in a row took no more than a third of the time
 * after which the last failed one was given up, the portion is doubled: the doubled one then has half as much time
 * again to spare. Back at the size that timed out first, there is no limit any more.
 *
 * Pure: times come in as arguments. Plain data, all zero at first: no limit.
 */
#ifndef CORE_PORTION_H
#define CORE_PORTION_H

#include <stdint.h>

struct portion {
    uint64_t limit;     /* rows at once; 0: no limit */
    uint64_t failed;    /* rows in the first portion that timed out */
    int64_t allowed_ms; /* after how long the last failed portion was given up */
    int quick;          /* full portions in a row that took no more than a third of that time */
};

/** How many of `rows` rows to send now: at least 1 when there are any. */
uint64_t portion_of(const struct portion *portion, uint64_t rows);

/** Notes that so many rows were not finished after `took_ms`. */
void portion_timed_out(struct portion *portion, uint64_t rows, int64_t took_ms);

/** Notes that so many rows were finished in `took_ms`. */
void portion_passed(struct portion *portion, uint64_t rows, int64_t took_ms);

#endif
