#include "core/utf8.h"

#define HIGH_BITS 0x8080808080808080u
#define LOW_BITS  0x0101010101010101u

static bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Overlong forms, surrogates and code points beyond U+10FFFF show in the second byte. */
static bool second_fits(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return continues(second);
    }
}

static size_t length_of_first(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

size_t utf8_sequence(const uint8_t *at, const uint8_t *end)
{
    if (at == end)
        return 0;
    size_t length = length_of_first(*at);
    if (length == 0 || length > (size_t)(end - at))
        return 0;
    if (length > 1 && !second_fits(at[0], at[1]))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!continues(at[i]))
            return 0;
    return length;
}

/* How many bytes from `at` on are plain. It looks at eight at a time: all below 0x80 and none NUL. */
static size_t plain_run(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;

    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof eight);
        if (((eight | (eight - LOW_BITS)) & HIGH_BITS) != 0)
            break;
        at += 8;
    }
    return (size_t)(at - start);
}

static bool well_formed(struct bytes bytes, bool nul_too)
{
    const uint8_t *at = bytes.data, *end = bytes.len == 0 ? at : at + bytes.len;

    while (at < end) {
        at += plain_run(at, end);
        if (at == end)
            break;
        size_t length = *at == 0 && !nul_too ? 0 : utf8_sequence(at, end);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

bool utf8_is_well_formed(struct bytes bytes)
{
    return well_formed(bytes, true);
}

bool utf8_is_text(struct bytes bytes)
{
    return well_formed(bytes, false);
}
