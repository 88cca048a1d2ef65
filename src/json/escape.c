#include "json/escape.h"

#include "core/hex.h"
#include "core/utf8.h"

#define ALL(byte) (0x0101010101010101u * (byte))

/*
 * It looks at eight bytes at a time: after a subtraction the highest bit of a byte tells that it was below 0x20 or one
 * of the three.
 */
static bool eight_are_plain(const uint8_t *at)
{
    uint64_t eight;

    memcpy(&eight, at, sizeof eight);
    uint64_t special = eight | (eight - ALL(0x20)) | ((eight ^ ALL('"')) - ALL(1)) | ((eight ^ ALL('\\')) - ALL(1)) |
                       ((eight ^ ALL(0x7f)) - ALL(1));
    return (special & ALL(0x80)) == 0;
}

size_t escape_plain_run(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;

    while (end - at >= 8 && eight_are_plain(at))
        at += 8;
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    return (size_t)(at - start);
}

/* The letter of a two-character escape; 0 if there is none. */
static char short_escape(enum json_style style, uint8_t c)
{
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return style == JSON_RECORD ? 'b' : 0;
    case '\f': return style == JSON_RECORD ? 'f' : 0;
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

static size_t escape_byte(enum json_style style, uint8_t c, char piece[static ESCAPE_SIZE])
{
    char letter = short_escape(style, c);

    piece[0] = '\\';
    if (letter != 0) {
        piece[1] = letter;
        return 2;
    }
    memcpy(piece + 1, "u00", 3);
    piece[4] = hex_digit(c >> 4U);
    piece[5] = hex_digit(c);
    return 6;
}

/* DEL and U+0080 to U+009F: some terminals act on them. */
static bool is_obeyed(const uint8_t *at, size_t len)
{
    return *at == 0x7f || (len == 2 && at[0] == 0xc2 && at[1] < 0xa0);
}

size_t escape_character(enum json_style style, const uint8_t *at, const uint8_t *end, char piece[static ESCAPE_SIZE],
                        size_t *taken)
{
    const char *replacement = style == JSON_TERMINAL ? "\\ufffd" : "\xEF\xBF\xBD";
    size_t len = utf8_sequence(at, end);

    *taken = len == 0 ? 1 : len;
    if (len == 0) {
        len = strlen(replacement);
        memcpy(piece, replacement, len);
        return len;
    }
    if (*at < 0x20 || *at == '"' || *at == '\\' || (style == JSON_TERMINAL && is_obeyed(at, len)))
        return escape_byte(style, at[len - 1], piece);
    memcpy(piece, at, len);
    return len;
}
