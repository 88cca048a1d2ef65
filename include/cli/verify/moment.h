/** The moment of which `sessiond verify` speaks (src/cli/verify.c): its parts, asked for by topics.c in their order. */
#ifndef CLI_VERIFY_MOMENT_H
#define CLI_VERIFY_MOMENT_H

#include "cli/verify/verify.h"
#include "kafka/tools/reader.h"

enum when { MOMENT_BEFORE, MOMENT_AFTER };

/* Each is false with ERR_STOP. */

/** How many partitions there are. */
MUSTUSE bool moment_open_topics(struct verify *verify, struct extents *extents, struct err *err);

/** What the group has committed: before the ends of the event topics are fixed, and after. */
MUSTUSE bool moment_read_committed(struct verify *verify, struct extents *extents, enum when when, struct err *err);

/** Where replays were made. Who may not know takes all repeats for those of a replay. */
MUSTUSE bool moment_read_replayed(struct verify *verify, struct extents *extents, struct err *err);

/** Waits until no transaction is open that was open when this was called. */
MUSTUSE bool moment_await_transactions(struct verify *verify, struct extents *extents, struct err *err);

/** The ends that the reader of the event topics has fixed, and whether anything lies beyond them. */
MUSTUSE bool moment_note_ends(struct verify *verify, struct extents *extents, const struct reader *reader,
                              struct err *err);

/** Where the event topics begin, once they are read: what retention has taken meanwhile counts as well. */
MUSTUSE bool moment_note_begins(struct verify *verify, struct extents *extents, struct err *err);

#endif
