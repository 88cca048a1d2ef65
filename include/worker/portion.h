/**
 * How many items of a batch go out in one transaction: all of them, until that takes too long.
 *
 * The story: a quota lets 8 KiB a second pass, and a transaction lasts 15 s at most. A batch of 5,000 events never gets through; tried
 * again and again as it is, it stops everything for ever. So an attempt that fails after a long time halves the portion, and it grows back
 * slowly, as long as attempts are quick. An outage halves it, too; what is quick again soon lets it grow.
 *
 * Pure; the caller gives the time.
 */
#ifndef WORKER_PORTION_H
#define WORKER_PORTION_H

#include "core/bytes.h"

/** All zero: everything at once. */
struct portion {
    size_t most; /* 0: no limit */
};

/** Where a portion that begins at item `from` of `count` ends. */
size_t portion_end(const struct portion *portion, size_t from, size_t count);

/** An attempt with so many items has failed after `took_ms`. True: the next ones are smaller. */
bool portion_failed(struct portion *portion, size_t items, int64_t took_ms);

/** An attempt has succeeded; `capacity`: what the largest batch holds. */
void portion_succeeded(struct portion *portion, size_t capacity, int64_t took_ms);

#endif
