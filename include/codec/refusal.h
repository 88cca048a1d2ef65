/**
 * Why bytes are not a command: what was expected, and at which byte. It becomes a text only when somebody will read it.
 */
#ifndef CODEC_REFUSAL_H
#define CODEC_REFUSAL_H

#include "core/arena.h"

/** Plain data. */
struct refusal {
    const char *rule;   /* what is expected, or what must not be: static, never a part of the bytes */
    size_t at;          /* the byte, counted from 0 */
    bool ended;         /* there are no more bytes */
    const char *inside; /* static: what holds the bytes that `at` counts, NULL for the record's value */
};

/** The refusal as text: "at byte 17: a colon is expected", "truncated at byte 17: …". In the arena, with a NUL. */
MUSTUSE const char *refusal_text(const struct refusal *refusal, struct arena *arena);

#endif
