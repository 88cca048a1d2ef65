/**
 * What `sessiond replay` writes beside each offset that it commits: which replay it is, what was asked for, and which
 * range of the partition that meant. With it the same command continues after any end, with the same ranges, and two
 * replays recognise each other.
 *
 * It is text in the offset's metadata, of which a broker accepts 4096 bytes by default (offset.metadata.max.bytes).
 * Another version of this program may read it: a change of the form is a new number after the slash. Pure.
 */
#ifndef KAFKA_REPLAY_MARK_H
#define KAFKA_REPLAY_MARK_H

#include "core/bytes.h"

#define REPLAY_PLACE_TEXT 64
#define REPLAY_RUN_TEXT   17

/** The arguments as they were typed. */
struct replay_arguments {
    char from[REPLAY_PLACE_TEXT];
    char to[REPLAY_PLACE_TEXT];
    int32_t partition; /* -1: all */
};

struct replay_mark {
    char run[REPLAY_RUN_TEXT]; /* of the process that committed it: random hexadecimal digits */
    int64_t begun_us;          /* by PostgreSQL's clock, when this replay began anew */
    int64_t start;             /* the first offset of the range */
    int64_t end;               /* the offset after its last one */
    struct replay_arguments arguments;
};

#define REPLAY_MARK_TEXT 384

/** Writes the mark and a NUL. Returns the length without the NUL. */
size_t replay_mark_format(const struct replay_mark *mark, char text[static REPLAY_MARK_TEXT]);

/** Reads what replay_mark_format writes. False for any other text. */
MUSTUSE bool replay_mark_parse(struct bytes text, struct replay_mark *mark);

bool replay_arguments_equal(const struct replay_arguments *a, const struct replay_arguments *b);

#endif
