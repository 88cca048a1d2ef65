#include "codec/encoding.h"

#define OTHER(name) "JSON in UTF-8 is expected, this looks like " name

size_t encoding_mark(struct bytes bytes)
{
    return bytes.len >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* True for a character that JSON begins with, or that may precede it. */
static bool begins_json(uint8_t c)
{
    return c == '{' || c == '[' || c == '"' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool begins(struct bytes bytes, const char *magic, size_t length)
{
    return bytes.len >= length && memcmp(bytes.data, magic, length) == 0;
}

/* The next character must be ASCII as well, because a single number could also be the id of a schema. */
static const char *big_endian(struct bytes bytes)
{
    const uint8_t *b = bytes.data;

    if (bytes.len >= 8 && begins(bytes, "\0\0\0", 3) && begins_json(b[3]) && b[4] == 0 && b[5] == 0 && b[6] == 0)
        return OTHER("UTF-32 (big-endian)");
    if (bytes.len >= 4 && b[0] == 0 && begins_json(b[1]) && b[2] == 0 && (begins_json(b[3]) || b[3] == '}'))
        return OTHER("UTF-16 (big-endian)");
    return NULL;
}

/*
 * Recognises the encoding by a byte order mark, or by the zero bytes around the first characters (RFC 4627, section 3).
 */
const char *encoding_rule(struct bytes bytes)
{
    if (begins(bytes, "\xFF\xFE\0\0", 4))
        return OTHER("UTF-32 (little-endian, with a byte order mark)");
    if (begins(bytes, "\0\0\xFE\xFF", 4))
        return OTHER("UTF-32 (big-endian, with a byte order mark)");
    if (begins(bytes, "\xFF\xFE", 2))
        return OTHER("UTF-16 (little-endian, with a byte order mark)");
    if (begins(bytes, "\xFE\xFF", 2))
        return OTHER("UTF-16 (big-endian, with a byte order mark)");
    if (bytes.len < 2 || !begins_json(bytes.data[0]) || bytes.data[1] != 0)
        return big_endian(bytes);
    return begins((struct bytes){bytes.data + 1, bytes.len - 1}, "\0\0\0", 3) ? OTHER("UTF-32 (little-endian)")
                                                                              : OTHER("UTF-16 (little-endian)");
}
