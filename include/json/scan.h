/**
 * A strict scanner over JSON text (RFC 8259): one step over one token or one whole value at a time.
 *
 * It refuses what is not UTF-8 and nesting beyond `JSON_DEPTH_MAX`. It checks what it steps over, never reads beyond the end and
 * allocates nothing. Numbers of any size are stepped over, and so are escapes of NUL and of lone surrogates, which the grammar allows.
 *
 * A function that returns false has put the rule that was broken (a static text) into `reason`; the scan is then over and stands at the
 * byte where it was broken.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "core/bytes.h"

#define JSON_DEPTH_MAX 64

/** Plain data, nothing to free. Borrows the text. */
struct scanner {
    const uint8_t *at; /* the next byte; between two calls never a blank */
    const uint8_t *end;
    unsigned depth;     /* objects and arrays that are open */
    bool opened;        /* the step before opened an object or array: its first member needs no comma */
    bool ended;         /* a step failed because the text ends */
    const char *reason; /* NULL until a step failed */
};

/** A string as it stands between its quotes, checked. Borrows from the text. */
struct scanned_string {
    struct bytes raw;
    bool escaped;  /* there is a backslash: the raw bytes are not yet the text */
    bool not_text; /* an escape means NUL or half a surrogate pair: PostgreSQL or UTF-8 has no such text */
};

enum scan_step {
    JSON_BROKEN,
    JSON_MEMBER, /* the scan stands at a member's value */
    JSON_CLOSED, /* the object has ended */
};

/** A scan at the first byte that is not blank. */
struct scanner scan_start(struct bytes json);

/** True at the very end of the text. */
MUSTUSE bool scan_finish(struct scanner *scan);

/** Steps over `{`. */
MUSTUSE bool scan_open_object(struct scanner *scan);

/** Steps over the next key of the innermost object and its colon, or over the `}` after the last value. */
MUSTUSE enum scan_step scan_member(struct scanner *scan, struct scanned_string *key);

/** Steps over any one value. */
MUSTUSE bool scan_value(struct scanner *scan);

MUSTUSE bool scan_string(struct scanner *scan, struct scanned_string *string);

/** Steps over any number. `*integer`: it is an integer literal (no fraction, no exponent) within int64, here `*value`. */
MUSTUSE bool scan_number(struct scanner *scan, bool *integer, int64_t *value);

/** The byte at which the scan stands, 0 at the end: which kind of value comes next. */
static inline uint8_t scan_peek(const struct scanner *scan)
{
    return scan->at < scan->end ? *scan->at : 0;
}

/** Always false, so that a rule and its reason make one line. */
static inline bool scan_fail(struct scanner *scan, const char *reason)
{
    scan->reason = reason;
    scan->ended = scan->at == scan->end;
    return false;
}

/** Steps over blanks: at the end of every other step. */
static inline void scan_blanks(struct scanner *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

/**
 * The text of a string, at most `size` bytes of it written to `out`. Returns the length of the whole text, which is
 * never more than `raw.len`. Half a surrogate pair becomes the three bytes that UTF-8 would have for it: unlike any other text.
 */
size_t scanned_string_text(const struct scanned_string *string, uint8_t *out, size_t size);

/** The order of two strings by their text, byte by byte: 0 when they say the same in whatever spelling. */
int scanned_string_compare(const struct scanned_string *a, const struct scanned_string *b);

#endif
