/**
 * How far `sessiond dlq redrive` has come in one partition of the dead-letter topic: for each code the next offset to look at. It is kept
 * as text in the metadata of the offset that the group `<group.id>-redrive` commits, of which a broker takes 4096 bytes by default.
 *
 * Another version may read it: a change of the form is a new number after the slash. Pure.
 */
#ifndef KAFKA_TOOLS_REDRIVE_MARK_H
#define KAFKA_TOOLS_REDRIVE_MARK_H

#include "core/bytes.h"

/** Ours are three; there is room for those of versions to come. */
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

/** Returns the length without the NUL. */
size_t redrive_mark_format(const struct redrive_mark *mark, char text[static REDRIVE_MARK_TEXT]);

/** False when the text is not one that `redrive_mark_format` writes; then `mark` is all zero. */
MUSTUSE bool redrive_mark_parse(struct bytes text, struct redrive_mark *mark);

/** True for what can be the name of a code: capital letters, digits and underscores, shorter than REDRIVE_CODE_TEXT. */
MUSTUSE bool redrive_is_code(struct bytes name);

/** The next offset to look at for a code; 0 when none of it was redriven. */
int64_t redrive_mark_next(const struct redrive_mark *mark, struct bytes code);

/** The lowest one of all codes that a dead letter may have: before it there is nothing left. */
int64_t redrive_mark_lowest(const struct redrive_mark *mark);

/** Of a name that `redrive_is_code`. False: there is no room for another code. */
MUSTUSE bool redrive_mark_set(struct redrive_mark *mark, struct bytes code, int64_t next);

#endif
