/**
 * Fixes the moment that `sessiond verify` speaks about (src/cli/verify.c). topics.c calls these steps in their order.
 */
#ifndef CLI_VERIFY_MOMENT_H
#define CLI_VERIFY_MOMENT_H

#include "cli/verify/verify.h"
#include "kafka/tools/reader.h"

enum when { MOMENT_BEFORE, MOMENT_AFTER };

/* Each of them returns false with ERR_STOP. */

/** Finds how many partitions there are. */
MUSTUSE bool moment_open_topics(struct verify *verify, struct extents *extents, struct err *err);

/** Reads what the group has committed: before the ends of the event topics are fixed, and after. */
MUSTUSE bool moment_read_committed(struct verify *verify, struct extents *extents, enum when when, struct err *err);

/** Reads where replays were made. Without the right to know, all repeats count as those of a replay. */
MUSTUSE bool moment_read_replayed(struct verify *verify, struct extents *extents, struct err *err);

/** Waits until no transaction is open that was open when this was called. */
MUSTUSE bool moment_await_transactions(struct verify *verify, struct extents *extents, struct err *err);

/** Notes the ends that the reader of the event topics has fixed, and whether there is anything after them. */
MUSTUSE bool moment_note_ends(struct verify *verify, struct extents *extents, const struct reader *reader,
                              struct err *err);

/** Notes where the event topics begin, once they are read: what retention has taken meanwhile counts as well. */
MUSTUSE bool moment_note_begins(struct verify *verify, struct extents *extents, struct err *err);

#endif
