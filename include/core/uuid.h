/**
 * UUIDs as values (RFC 9562): parse, format, compare, and name-based version 5.
 *
 * Pure; no allocation; not NULL-safe.
 */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include "core/bytes.h"

#define UUID_TEXT 36 /* length of the text form, without a NUL */

struct uuid {
    uint8_t b[16]; /* network byte order, as PostgreSQL's binary uuid */
};

/** The namespace N of all name-based ids of this program: 9d3b0b7e-2f5e-5c53-8f0a-6b1c3d0f7a11. */
extern const struct uuid uuid_namespace;

/** Reads exactly the 8-4-4-4-12 text form, any case, any version. No braces, no `urn:uuid:`, no blanks. */
MUSTUSE bool uuid_parse(struct bytes text, struct uuid *uuid);

/** Writes 36 lower-case characters and a NUL. */
void uuid_format(const struct uuid *uuid, char text[static UUID_TEXT + 1]);

/** UUIDv5 (RFC 9562, section 5.5): SHA-1 over `space` and the name. */
struct uuid uuid_v5(const struct uuid *space, struct bytes name);

/**
 * False for the nil and the max UUID (RFC 9562, sections 5.9 and 5.10). The nil UUID is what a variable holds that
 * nobody has set; neither identifies anything.
 */
bool uuid_identifies(const struct uuid *uuid);

static inline int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

#endif
