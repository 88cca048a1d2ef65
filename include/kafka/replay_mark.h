/**
 * What `sessiond replay` writes beside each offset that it commits: which replay it is, what was asked for, and the range that this meant
 * for the partition. So the same call goes on after whatever ended it, with the same ranges, and two replays know each other.
 *
 * It is text in the offset's metadata, of which a broker takes 4096 bytes by default (offset.metadata.max.bytes). Another version of
 * this program may read it: a change of the form is a new number after the slash. Pure.
 */
#ifndef KAFKA_REPLAY_MARK_H
#define KAFKA_REPLAY_MARK_H

#include "core/bytes.h"

#define REPLAY_PLACE_TEXT 64
#define REPLAY_RUN_TEXT   17

/** As it was typed. */
struct replay_arguments {
    char from[REPLAY_PLACE_TEXT];
    char to[REPLAY_PLACE_TEXT];
    int32_t partition; /* -1: all */
};

struct replay_mark {
    char run[REPLAY_RUN_TEXT]; /* of the process that committed it: hexadecimal, random */
    int64_t begun_us;          /* by PostgreSQL's clock, when this replay began anew */
    int64_t start;             /* the range: the first offset */
    int64_t end;               /* and the one behind the last */
    struct replay_arguments arguments;
};

#define REPLAY_MARK_TEXT 384

/** Returns the length without the NUL. */
size_t replay_mark_format(const struct replay_mark *mark, char text[static REPLAY_MARK_TEXT]);

/** False when the text is not one that `replay_mark_format` writes. */
MUSTUSE bool replay_mark_parse(struct bytes text, struct replay_mark *mark);

bool replay_arguments_equal(const struct replay_arguments *a, const struct replay_arguments *b);

#endif
