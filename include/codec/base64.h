/** Base64 as CloudEvents have it (RFC 4648, section 4): padded, without line breaks, and nothing that is not of the alphabet. Pure. */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "codec/refusal.h"

/** Room for what comes out, also on the way to a refusal. */
static inline size_t base64_room(size_t length)
{
    return (length / 4 + 1) * 3;
}

/**
 * Writes to `out`, which has base64_room(text.len) bytes and may be the text itself, and returns true; or false and the rule, with the
 * character of `text` at which it is broken. Bits that no byte uses must be zero: each value has one spelling.
 */
MUSTUSE bool base64_decode(struct bytes text, uint8_t *out, size_t *length, struct refusal *refusal);

#endif
