/**
 * How far `sessiond dlq redrive` has come in one partition of the dead-letter topic: for each code the next offset to
 * look at. It is text in the metadata of the offset that the group `<group.id>-redrive` commits, of which a broker
 * accepts 4096 bytes by default.
 *
 * Another version of this program may read it: a change of the form is a new number after the slash. Pure.
 */
#ifndef KAFKA_TOOLS_REDRIVE_MARK_H
#define KAFKA_TOOLS_REDRIVE_MARK_H

#include "core/bytes.h"

/** This version has three codes; there is room for those of later versions. */
#define REDRIVE_CODES     16
#define REDRIVE_CODE_TEXT 32

struct redrive_code {
    char name[REDRIVE_CODE_TEXT];
    int64_t next;
};

/** All zero: nothing was redriven yet. */
struct redrive_mark {
    struct redrive_code codes[REDRIVE_CODES];
    size_t count;
};

#define REDRIVE_MARK_TEXT 1024

/** Writes the mark and a NUL. Returns the length without the NUL. */
size_t redrive_mark_format(const struct redrive_mark *mark, char text[static REDRIVE_MARK_TEXT]);

/** Reads what redrive_mark_format writes. False for any other text; `mark` is then all zero. */
MUSTUSE bool redrive_mark_parse(struct bytes text, struct redrive_mark *mark);

/**
 * True for a text that can be the name of a code: capital letters, digits and underscores, shorter than
 * REDRIVE_CODE_TEXT.
 */
MUSTUSE bool redrive_is_code(struct bytes name);

/** The next offset to look at for a code; 0 when no letter with it was redriven. */
int64_t redrive_mark_next(const struct redrive_mark *mark, struct bytes code);

/** The lowest of these offsets for all codes that a dead letter may have: nothing is left before it. */
int64_t redrive_mark_lowest(const struct redrive_mark *mark);

/** Sets the next offset of a code, whose name must pass redrive_is_code. False: there is no room for another code. */
MUSTUSE bool redrive_mark_set(struct redrive_mark *mark, struct bytes code, int64_t next);

#endif
