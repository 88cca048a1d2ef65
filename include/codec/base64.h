/**
 * Base64 as CloudEvents have it (RFC 4648, section 4): padded, without line breaks and without characters outside the
 * alphabet. Pure.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "codec/refusal.h"

/** How much room the output needs, also when the text is refused in the end. */
static inline size_t base64_room(size_t length)
{
    return (length / 4 + 1) * 3;
}

/**
 * Decodes `text` into `out`, which has base64_room(text.len) bytes and may be the text itself. False and the broken
 * rule, with the character of `text` at which it is broken. Bits that belong to no byte must be zero, so that each
 * value has only one spelling.
 */
MUSTUSE bool base64_decode(struct bytes text, uint8_t *out, size_t *length, struct refusal *refusal);

#endif
