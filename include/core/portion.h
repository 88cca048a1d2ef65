/**
 * How many rows are sent at once to a server that did not finish more of them in its time.
 *
 * Without it a batch that takes longer than a time-out of the server is tried again and again in full, for ever. It is
 * halved by each time-out, down to one row, and doubled when three full portions in a row took no more than a third of
 * the time after which the last one was given up: the doubled one has then half as much again to spare. Back at the
 * size that timed out first there is no limit any more.
 *
 * Pure: times come in. Plain data, all zero at first: no limit.
 */
#ifndef CORE_PORTION_H
#define CORE_PORTION_H

#include <stdint.h>

struct portion {
    uint64_t limit;     /* rows at once; 0: no limit */
    uint64_t failed;    /* rows that timed out first */
    int64_t allowed_ms; /* after which the last one was given up */
    int quick;          /* full portions in a row that took no more than a third of that */
};

/** How many of so many rows to send now; at least 1 of 1 or more. */
uint64_t portion_of(const struct portion *portion, uint64_t rows);

/** So many rows were not finished after so long. */
void portion_timed_out(struct portion *portion, uint64_t rows, int64_t took_ms);

/** So many rows were finished in so long. */
void portion_passed(struct portion *portion, uint64_t rows, int64_t took_ms);

#endif
