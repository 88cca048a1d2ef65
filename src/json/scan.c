#include "json/scan.h"

#include "core/hex.h"
#include "core/utf8.h"

struct scanner scan_start(struct bytes json)
{
    struct scanner scan = {.at = json.data, .end = json.len == 0 ? json.data : json.data + json.len};

    scan_blanks(&scan);
    return scan;
}

bool scan_finish(struct scanner *scan)
{
    return scan->at == scan->end || scan_fail(scan, "nothing is expected after the JSON object");
}

/* ---- Strings ---- */

static bool hex4(struct scanner *scan, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int value = hex_value(scan_peek(scan));
        if (value < 0)
            return scan_fail(scan, "four hexadecimal digits are expected after \\u");
        *code = *code << 4 | (uint32_t)value;
    }
    return true;
}

/* Steps over the other half of a surrogate pair, if it follows. */
static bool low_surrogate_follows(const struct scanner *scan)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const uint8_t *at = scan->at;

    return scan->end - at >= 6 && at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd' && (at[3] | 0x20) >= 'c' &&
           (at[3] | 0x20) <= 'f' && memchr(digits, at[4], sizeof digits - 1) != NULL &&
           memchr(digits, at[5], sizeof digits - 1) != NULL;
}

/*
 * After `\u`. An escape that stands for no text is noted and stepped over: JavaScript writes half a pair when it cuts
 * an emoji.
 */
static bool unicode_escape(struct scanner *scan, struct scanned_string *string)
{
    uint32_t code;

    if (!hex4(scan, &code))
        return false;
    if (code >= 0xD800 && code <= 0xDBFF && low_surrogate_follows(scan))
        scan->at += 6;
    else if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
        string->not_text = true;
    return true;
}

static bool escape(struct scanner *scan, struct scanned_string *string)
{
    uint8_t letter = scan_peek(scan);

    if (letter == 0 || strchr("\"\\/bfnrtu", letter) == NULL)
        return scan_fail(scan, "one of \" \\ / b f n r t u is expected after a backslash");
    scan->at++;
    return letter != 'u' || unicode_escape(scan, string);
}

/* A byte that does not stand for itself: a control character, an escape, or the first byte of several. */
static bool special(struct scanner *scan, struct scanned_string *string)
{
    if (*scan->at == '\\') {
        scan->at++;
        string->escaped = true;
        return escape(scan, string);
    }
    if (*scan->at < 0x20)
        return scan_fail(scan, "a control character in a string: its escape is expected");
    size_t length = utf8_sequence(scan->at, scan->end);
    if (length == 0)
        return scan_fail(scan, "UTF-8 is expected");
    scan->at += length;
    return true;
}

static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

bool scan_string(struct scanner *scan, struct scanned_string *string)
{
    if (scan_peek(scan) != '"')
        return scan_fail(scan, "a string in double quotes is expected");
    const uint8_t *start = ++scan->at;
    string->escaped = string->not_text = false;
    for (;;) {
        scan->at = skip_plain(scan->at, scan->end);
        if (scan->at == scan->end)
            return scan_fail(scan, "the end of a string is expected");
        if (*scan->at == '"')
            break;
        if (!special(scan, string))
            return false;
    }
    string->raw = (struct bytes){start, (size_t)(scan->at - start)};
    scan->at++;
    scan_blanks(scan);
    return true;
}

/* ---- Objects, arrays, any value ---- */

static bool enter(struct scanner *scan)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return scan_fail(scan, "nested deeper than 64 objects and arrays");
    scan->depth++;
    scan->opened = true;
    scan->at++;
    scan_blanks(scan);
    return true;
}

static void leave(struct scanner *scan)
{
    scan->depth--;
    scan->opened = false;
    scan->at++;
    scan_blanks(scan);
}

/*
 * Steps over the comma before each member but the first. `*trailing` is true when the object or array ends after it, as
 * JavaScript allows.
 */
static bool comma(struct scanner *scan, uint8_t closing, const char *missing, bool *trailing)
{
    *trailing = false;
    if (scan->opened) {
        scan->opened = false;
        return true;
    }
    if (scan_peek(scan) != ',')
        return scan_fail(scan, missing);
    scan->at++;
    scan_blanks(scan);
    *trailing = scan_peek(scan) == closing;
    return true;
}

bool scan_open_object(struct scanner *scan)
{
    if (scan_peek(scan) != '{')
        return scan_fail(scan, "a JSON object is expected");
    return enter(scan);
}

static bool name(struct scanner *scan, struct scanned_string *key)
{
    bool trailing;

    if (!comma(scan, '}', "a comma or } is expected", &trailing))
        return false;
    if (scan_peek(scan) == '"')
        return scan_string(scan, key);
    return scan_fail(scan, trailing ? "a name in double quotes is expected after the comma, not } (a trailing comma)"
                                    : "a name in double quotes is expected");
}

enum scan_step scan_member(struct scanner *scan, struct scanned_string *key)
{
    if (scan_peek(scan) == '}') {
        leave(scan);
        return JSON_CLOSED;
    }
    if (!name(scan, key))
        return JSON_BROKEN;
    if (scan_peek(scan) != ':') {
        scan_fail(scan, "a colon is expected after the name");
        return JSON_BROKEN;
    }
    scan->at++;
    scan_blanks(scan);
    return JSON_MEMBER;
}

bool scan_find(struct scanner *scan, const char *name)
{
    struct scanned_string key;

    if (!scan_open_object(scan))
        return false;
    while (scan_member(scan, &key) == JSON_MEMBER) {
        if (bytes_equal(key.raw, bytes_of(name)))
            return true;
        if (!scan_value(scan))
            break;
    }
    return false;
}

static bool object(struct scanner *scan)
{
    struct scanned_string key;
    enum scan_step step;

    if (!enter(scan))
        return false;
    while ((step = scan_member(scan, &key)) == JSON_MEMBER)
        if (!scan_value(scan))
            return false;
    return step == JSON_CLOSED;
}

bool scan_open_array(struct scanner *scan)
{
    if (scan_peek(scan) != '[')
        return scan_fail(scan, "a JSON array is expected");
    return enter(scan);
}

enum scan_step scan_element(struct scanner *scan)
{
    bool trailing;

    if (scan_peek(scan) == ']') {
        leave(scan);
        return JSON_CLOSED;
    }
    if (!comma(scan, ']', "a comma or ] is expected", &trailing))
        return JSON_BROKEN;
    if (trailing) {
        scan_fail(scan, "a value is expected after the comma, not ] (a trailing comma)");
        return JSON_BROKEN;
    }
    return JSON_MEMBER;
}

static bool array(struct scanner *scan)
{
    enum scan_step step;

    if (!enter(scan))
        return false;
    while ((step = scan_element(scan)) == JSON_MEMBER)
        if (!scan_value(scan))
            return false;
    return step == JSON_CLOSED;
}

static bool literal(struct scanner *scan, const char *word)
{
    for (; *word != 0; word++, scan->at++)
        if (scan_peek(scan) != (uint8_t)*word)
            return scan_fail(scan, "true, false or null is expected");
    scan_blanks(scan);
    return true;
}

static bool no_value(struct scanner *scan, uint8_t first)
{
    bool not_finite = first == 'N' || first == 'I';

    return scan_fail(scan, not_finite ? "a value is expected: JSON has no NaN and no Infinity" : "a value is expected");
}

bool scan_value(struct scanner *scan)
{
    struct scanned_string string;
    bool integer;
    int64_t value;
    uint8_t first = scan_peek(scan);

    switch (first) {
    case '{': return object(scan);
    case '[': return array(scan);
    case '"': return scan_string(scan, &string);
    case 't': return literal(scan, "true");
    case 'f': return literal(scan, "false");
    case 'n': return literal(scan, "null");
    default: break;
    }
    if (first == '-' || (first >= '0' && first <= '9'))
        return scan_number(scan, &integer, &value);
    return no_value(scan, first);
}
