#include "json/json_scan.h"

#include "core/utf8.h"

bool json_scan_fail(struct json_scan *scan, const char *reason)
{
    scan->reason = reason;
    scan->ended = scan->at == scan->end;
    return false;
}

void json_scan_blanks(struct json_scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

struct json_scan json_scan_start(struct bytes json)
{
    struct json_scan scan = {.at = json.data, .end = json.len == 0 ? json.data : json.data + json.len};

    json_scan_blanks(&scan);
    return scan;
}

bool json_scan_finish(struct json_scan *scan)
{
    return scan->at == scan->end || json_scan_fail(scan, "nothing is expected after the JSON object");
}

/* ---- Strings ---- */

static bool hex4(struct json_scan *scan, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        uint8_t c = json_scan_peek(scan);
        if (c >= '0' && c <= '9')
            *code = *code << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            *code = *code << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return json_scan_fail(scan, "four hexadecimal digits are expected after \\u");
    }
    return true;
}

/* The other half of a surrogate pair. */
static bool low_surrogate_follows(const struct json_scan *scan)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const uint8_t *at = scan->at;

    return scan->end - at >= 6 && at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd' && (at[3] | 0x20) >= 'c' &&
           (at[3] | 0x20) <= 'f' && memchr(digits, at[4], sizeof digits - 1) != NULL &&
           memchr(digits, at[5], sizeof digits - 1) != NULL;
}

/* Behind `\u`. What is no text is noted and stepped over: JavaScript writes half a pair when it cuts an emoji. */
static bool unicode_escape(struct json_scan *scan, struct json_string *string)
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

static bool escape(struct json_scan *scan, struct json_string *string)
{
    uint8_t letter = json_scan_peek(scan);

    if (letter == 0 || strchr("\"\\/bfnrtu", letter) == NULL)
        return json_scan_fail(scan, "one of \" \\ / b f n r t u is expected after a backslash");
    scan->at++;
    return letter != 'u' || unicode_escape(scan, string);
}

/* The byte is none of those that stand for themselves: a control, an escape, or the first of several. */
static bool special(struct json_scan *scan, struct json_string *string)
{
    if (*scan->at == '\\') {
        scan->at++;
        string->escaped = true;
        return escape(scan, string);
    }
    if (*scan->at < 0x20)
        return json_scan_fail(scan, "a control character in a string: its escape is expected");
    size_t length = utf8_sequence(scan->at, scan->end);
    if (length == 0)
        return json_scan_fail(scan, "UTF-8 is expected");
    scan->at += length;
    return true;
}

static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

bool json_scan_string(struct json_scan *scan, struct json_string *string)
{
    if (json_scan_peek(scan) != '"')
        return json_scan_fail(scan, "a string in double quotes is expected");
    const uint8_t *start = ++scan->at;
    string->escaped = string->not_text = false;
    for (;;) {
        scan->at = skip_plain(scan->at, scan->end);
        if (scan->at == scan->end)
            return json_scan_fail(scan, "the end of a string is expected");
        if (*scan->at == '"')
            break;
        if (!special(scan, string))
            return false;
    }
    string->raw = (struct bytes){start, (size_t)(scan->at - start)};
    scan->at++;
    json_scan_blanks(scan);
    return true;
}

/* ---- Objects, arrays, any value ---- */

static bool enter(struct json_scan *scan)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return json_scan_fail(scan, "nested deeper than 64 objects and arrays");
    scan->depth++;
    scan->opened = true;
    scan->at++;
    json_scan_blanks(scan);
    return true;
}

static void leave(struct json_scan *scan)
{
    scan->depth--;
    scan->opened = false;
    scan->at++;
    json_scan_blanks(scan);
}

/* Before each member but the first. `*trailing`: it stands before the end of its object or array, as JavaScript lets one write. */
static bool comma(struct json_scan *scan, uint8_t closing, const char *missing, bool *trailing)
{
    *trailing = false;
    if (scan->opened) {
        scan->opened = false;
        return true;
    }
    if (json_scan_peek(scan) != ',')
        return json_scan_fail(scan, missing);
    scan->at++;
    json_scan_blanks(scan);
    *trailing = json_scan_peek(scan) == closing;
    return true;
}

bool json_scan_open_object(struct json_scan *scan)
{
    if (json_scan_peek(scan) != '{')
        return json_scan_fail(scan, "a JSON object is expected");
    return enter(scan);
}

static bool name(struct json_scan *scan, struct json_string *key)
{
    bool trailing;

    if (!comma(scan, '}', "a comma or } is expected", &trailing))
        return false;
    if (json_scan_peek(scan) == '"')
        return json_scan_string(scan, key);
    return json_scan_fail(scan, trailing
                                    ? "a name in double quotes is expected after the comma, not } (a trailing comma)"
                                    : "a name in double quotes is expected");
}

enum json_step json_scan_member(struct json_scan *scan, struct json_string *key)
{
    if (json_scan_peek(scan) == '}') {
        leave(scan);
        return JSON_CLOSED;
    }
    if (!name(scan, key))
        return JSON_BROKEN;
    if (json_scan_peek(scan) != ':') {
        json_scan_fail(scan, "a colon is expected after the name");
        return JSON_BROKEN;
    }
    scan->at++;
    json_scan_blanks(scan);
    return JSON_MEMBER;
}

static bool object(struct json_scan *scan)
{
    struct json_string key;
    enum json_step step;

    if (!enter(scan))
        return false;
    while ((step = json_scan_member(scan, &key)) == JSON_MEMBER)
        if (!json_scan_value(scan))
            return false;
    return step == JSON_CLOSED;
}

static bool array(struct json_scan *scan)
{
    bool trailing;

    if (!enter(scan))
        return false;
    while (json_scan_peek(scan) != ']') {
        if (!comma(scan, ']', "a comma or ] is expected", &trailing))
            return false;
        if (trailing)
            return json_scan_fail(scan, "a value is expected after the comma, not ] (a trailing comma)");
        if (!json_scan_value(scan))
            return false;
    }
    leave(scan);
    return true;
}

static bool literal(struct json_scan *scan, const char *word)
{
    for (; *word != 0; word++, scan->at++)
        if (json_scan_peek(scan) != (uint8_t)*word)
            return json_scan_fail(scan, "true, false or null is expected");
    json_scan_blanks(scan);
    return true;
}

static bool no_value(struct json_scan *scan, uint8_t first)
{
    bool not_finite = first == 'N' || first == 'I';

    return json_scan_fail(scan,
                          not_finite ? "a value is expected: JSON has no NaN and no Infinity" : "a value is expected");
}

bool json_scan_value(struct json_scan *scan)
{
    struct json_string string;
    bool integer;
    int64_t value;
    uint8_t first = json_scan_peek(scan);

    switch (first) {
    case '{': return object(scan);
    case '[': return array(scan);
    case '"': return json_scan_string(scan, &string);
    case 't': return literal(scan, "true");
    case 'f': return literal(scan, "false");
    case 'n': return literal(scan, "null");
    default: break;
    }
    if (first == '-' || (first >= '0' && first <= '9'))
        return json_scan_number(scan, &integer, &value);
    return no_value(scan, first);
}
