#include "codec/json_scan.h"

#include "codec/utf8.h"

bool json_scan_fail(struct json_scan *scan, const char *reason)
{
    scan->reason = scan->at == scan->end ? "the JSON text ends too early" : reason;
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
    return scan->at == scan->end || json_scan_fail(scan, "there are bytes after the JSON value");
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
            return json_scan_fail(scan, "a \\u escape without four hexadecimal digits");
    }
    return true;
}

/* Behind `\u`. PostgreSQL has no NUL in text, and no UTF-8 has half a surrogate pair. */
static bool unicode_escape(struct json_scan *scan)
{
    static const char lone[] = "a lone surrogate escape";
    uint32_t code;

    if (!hex4(scan, &code))
        return false;
    if (code == 0)
        return json_scan_fail(scan, "a NUL in a string");
    if (code < 0xD800 || code > 0xDFFF)
        return true;
    if (code > 0xDBFF || json_scan_peek(scan) != '\\')
        return json_scan_fail(scan, lone);
    scan->at++;
    if (json_scan_peek(scan) != 'u')
        return json_scan_fail(scan, lone);
    scan->at++;
    if (!hex4(scan, &code))
        return false;
    return (code >= 0xDC00 && code <= 0xDFFF) || json_scan_fail(scan, lone);
}

static bool escape(struct json_scan *scan)
{
    uint8_t letter = json_scan_peek(scan);

    if (letter == 0 || strchr("\"\\/bfnrtu", letter) == NULL)
        return json_scan_fail(scan, "an unknown escape in a string");
    scan->at++;
    return letter != 'u' || unicode_escape(scan);
}

/* The byte is none of those that stand for themselves: a control, an escape, or the first of several. */
static bool special(struct json_scan *scan, struct json_string *string)
{
    if (*scan->at == '\\') {
        scan->at++;
        string->escaped = true;
        return escape(scan);
    }
    if (*scan->at < 0x20)
        return json_scan_fail(scan, *scan->at == 0 ? "a NUL in a string" : "a control character in a string");
    size_t length = utf8_sequence(scan->at, scan->end);
    if (length == 0)
        return json_scan_fail(scan, "bytes that are not UTF-8");
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
        return json_scan_fail(scan, "a string is missing");
    const uint8_t *start = ++scan->at;
    string->escaped = false;
    for (;;) {
        scan->at = skip_plain(scan->at, scan->end);
        if (scan->at == scan->end)
            return json_scan_fail(scan, NULL);
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
        return json_scan_fail(scan, "nested deeper than 64");
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

/* Before each member but the first. */
static bool comma(struct json_scan *scan)
{
    if (scan->opened) {
        scan->opened = false;
        return true;
    }
    if (json_scan_peek(scan) != ',')
        return json_scan_fail(scan, "a comma or a closing bracket is missing");
    scan->at++;
    json_scan_blanks(scan);
    return true;
}

bool json_scan_open_object(struct json_scan *scan)
{
    if (json_scan_peek(scan) != '{')
        return json_scan_fail(scan, "not a JSON object");
    return enter(scan);
}

enum json_step json_scan_member(struct json_scan *scan, struct json_string *key)
{
    if (json_scan_peek(scan) == '}') {
        leave(scan);
        return JSON_CLOSED;
    }
    if (!comma(scan) || !json_scan_string(scan, key))
        return JSON_BROKEN;
    if (json_scan_peek(scan) != ':') {
        json_scan_fail(scan, "a colon is missing");
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
    if (!enter(scan))
        return false;
    while (json_scan_peek(scan) != ']')
        if (!comma(scan) || !json_scan_value(scan))
            return false;
    leave(scan);
    return true;
}

static bool literal(struct json_scan *scan, const char *word)
{
    for (; *word != 0; word++, scan->at++)
        if (json_scan_peek(scan) != (uint8_t)*word)
            return json_scan_fail(scan, "a value is missing");
    json_scan_blanks(scan);
    return true;
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
    return json_scan_fail(scan, "a value is missing");
}
