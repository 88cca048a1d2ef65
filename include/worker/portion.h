/**
 * How many items of a batch go into one transaction: all of them, until that takes too long.
 *
 * The story: a quota lets 8 KiB a second through, and a transaction lasts 15 s at most. A batch of 5,000 events never
 * gets through; if it is repeated as it is, everything stops for ever. So an attempt that fails after a long time
 * halves the portion. The portion grows again slowly while attempts are quick. An outage halves it too; quick attempts
 * afterwards soon let it grow.
 *
 * Pure; times come in as arguments.
 */
#ifndef WORKER_PORTION_H
#define WORKER_PORTION_H

#include "core/bytes.h"

/** All zero: no limit. */
struct portion {
    size_t most; /* 0: no limit */
};

/** The end of a portion that begins at item `from` of `count`. */
size_t portion_end(const struct portion *portion, size_t from, size_t count);

/** Notes that an attempt with so many items has failed after `took_ms`. True: the next ones are smaller. */
bool portion_failed(struct portion *portion, size_t items, int64_t took_ms);

/** Notes that an attempt has succeeded after `took_ms`; `capacity`: the most that a batch can hold. */
void portion_succeeded(struct portion *portion, size_t capacity, int64_t took_ms);

#endif
