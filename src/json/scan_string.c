#include "json/scan.h"

#include "core/hex.h"

/*
 * Reads the text of a checked string byte by byte with its escapes resolved, so that no string has to be copied for a
 * comparison.
 */
struct text_cursor {
    const uint8_t *at;
    const uint8_t *end;
    uint8_t pending[4]; /* the UTF-8 of the last escape, not yet given out */
    unsigned pending_at;
    unsigned pending_count;
};

static struct text_cursor cursor_start(const struct scanned_string *string)
{
    return (struct text_cursor){.at = string->raw.data, .end = string->raw.data + string->raw.len};
}

static uint32_t hex4(const uint8_t *digits)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value = value << 4 | (uint32_t)hex_value(digits[i]);
    return value;
}

static unsigned utf8_put(uint32_t code, uint8_t out[static 4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (code & 0x3F));
    return 4;
}

static uint32_t simple_escape(uint8_t letter)
{
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter; /* quote, backslash, slash */
    }
}

/* The bytes after half a surrogate pair may be the other half: returns its code, or 0. */
static uint32_t low_surrogate(const struct text_cursor *cursor)
{
    if (cursor->end - cursor->at < 6 || cursor->at[0] != '\\' || cursor->at[1] != 'u')
        return 0;
    uint32_t code = hex4(cursor->at + 2);
    return code >= 0xDC00 && code <= 0xDFFF ? code : 0;
}

/* After a backslash: the code point that is meant. One beyond U+FFFF takes two \u escapes. */
static uint32_t cursor_escape(struct text_cursor *cursor)
{
    uint8_t letter = *cursor->at++;

    if (letter != 'u')
        return simple_escape(letter);
    uint32_t code = hex4(cursor->at);
    cursor->at += 4;
    if (code < 0xD800 || code > 0xDBFF)
        return code;
    uint32_t low = low_surrogate(cursor);
    if (low == 0)
        return code;
    cursor->at += 6;
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

/* The next byte of the text, -1 after the last one. */
static int cursor_next(struct text_cursor *cursor)
{
    if (cursor->pending_at < cursor->pending_count)
        return cursor->pending[cursor->pending_at++];
    if (cursor->at == cursor->end)
        return -1;
    if (*cursor->at != '\\')
        return *cursor->at++;
    cursor->at++;
    cursor->pending_count = utf8_put(cursor_escape(cursor), cursor->pending);
    cursor->pending_at = 1;
    return cursor->pending[0];
}

size_t scanned_string_text(const struct scanned_string *string, uint8_t *out, size_t size)
{
    struct text_cursor cursor = cursor_start(string);
    size_t length = 0;

    for (int byte; (byte = cursor_next(&cursor)) >= 0; length++)
        if (length < size)
            out[length] = (uint8_t)byte;
    return length;
}

int scanned_string_compare(const struct scanned_string *a, const struct scanned_string *b)
{
    struct text_cursor left = cursor_start(a), right = cursor_start(b);
    int x, y;

    if (!a->escaped && !b->escaped) {
        size_t shorter = a->raw.len < b->raw.len ? a->raw.len : b->raw.len;
        int order = memcmp(a->raw.data, b->raw.data, shorter);
        return order != 0 ? order : (a->raw.len > b->raw.len) - (a->raw.len < b->raw.len);
    }
    do {
        x = cursor_next(&left);
        y = cursor_next(&right);
    } while (x == y && x >= 0);
    return x - y;
}
