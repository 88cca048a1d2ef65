#include "json/json_text.h"

#include <stdio.h>

#define PIECE 8 /* the longest is \u001f and a NUL */

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Bytes of the UTF-8 character at `p` (RFC 3629: shortest form, no surrogates, up to U+10FFFF); 0: not UTF-8. The NUL
 * at the end continues nothing, so it is never passed. */
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return continues(p[1]) ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        unsigned char low = p[0] == 0xE0 ? 0xA0 : 0x80;
        unsigned char high = p[0] == 0xED ? 0x9F : 0xBF;
        return p[1] >= low && p[1] <= high && continues(p[2]) ? 3 : 0;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        unsigned char low = p[0] == 0xF0 ? 0x90 : 0x80;
        unsigned char high = p[0] == 0xF4 ? 0x8F : 0xBF;
        return p[1] >= low && p[1] <= high && continues(p[2]) && continues(p[3]) ? 4 : 0;
    }
    return 0;
}

/* Writes one character into `piece`; returns its length and sets how many bytes of the text it took. */
static size_t escape(char piece[static PIECE], const unsigned char *p, size_t *taken)
{
    static const char shorthand[] = "\"\"\\\\\nn\rr\tt"; /* character, letter */

    *taken = 1;
    for (const char *s = shorthand; *s != 0; s += 2) {
        if ((unsigned char)*s == *p) {
            piece[0] = '\\';
            piece[1] = s[1];
            return 2;
        }
    }
    if (*p < 0x20)
        return (size_t)snprintf(piece, PIECE, "\\u%04x", *p);

    size_t len = utf8_length(p);
    if (len == 0) {
        memcpy(piece, "\xEF\xBF\xBD", 3);
        return 3;
    }
    memcpy(piece, p, len);
    *taken = len;
    return len;
}

size_t json_text(char *out, size_t size, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t len = 0;

    out[len++] = '"';
    while (*p != 0) {
        char piece[PIECE];
        size_t taken;
        size_t piece_len = escape(piece, p, &taken);
        if (len + piece_len + 2 > size)
            break;
        memcpy(out + len, piece, piece_len);
        len += piece_len;
        p += taken;
    }
    out[len++] = '"';
    out[len] = 0;
    return len;
}
