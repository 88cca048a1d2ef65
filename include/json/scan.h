/**
 * A strict scanner over JSON text (RFC 8259): each call steps over one token or one whole value.
 *
 * It refuses what is not UTF-8 and nesting beyond `JSON_DEPTH_MAX`. It checks what it steps over, never reads beyond
 * the end and allocates nothing. It accepts numbers of any size and escapes of NUL and of lone surrogates, because the
 * grammar allows them.
 *
 * A function that returns false has put a static text into `reason` that names the broken rule. The scan is then over
 * and stands at the byte where the rule was broken.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "core/bytes.h"

#define JSON_DEPTH_MAX 64

/** Plain data, nothing to free. Borrows the text. */
struct scanner {
    const uint8_t *at; /* the next byte; never a blank between two calls */
    const uint8_t *end;
    unsigned depth;     /* how many objects and arrays are open */
    bool opened;        /* the step before opened an object or array, so no comma is due before its first member */
    bool ended;         /* a step failed because the text ended */
    const char *reason; /* NULL until a step fails */
};

/** The checked bytes between the quotes of a string, escapes unresolved. Borrows from the text. */
struct scanned_string {
    struct bytes raw;
    bool escaped;  /* there is a backslash: the raw bytes are not yet the text */
    bool not_text; /* an escape stands for NUL or half a surrogate pair, which PostgreSQL or UTF-8 cannot have */
};

enum scan_step {
    JSON_BROKEN,
    JSON_MEMBER, /* the scan stands at the value of a member or at an element */
    JSON_CLOSED, /* the object or array has ended */
};

/** Starts a scan at the first byte that is not blank. */
struct scanner scan_start(struct bytes json);

/** Checks that the scan stands at the very end of the text. */
MUSTUSE bool scan_finish(struct scanner *scan);

/** Steps over `{`. */
MUSTUSE bool scan_open_object(struct scanner *scan);

/** Steps over the next key of the innermost object and its colon, or over the `}` after the last value. */
MUSTUSE enum scan_step scan_member(struct scanner *scan, struct scanned_string *key);

/**
 * Steps from the beginning of an object to the value of its member `name`, a plain word. False: it has none, or it is no
 * object.
 */
MUSTUSE bool scan_find(struct scanner *scan, const char *name);

/** Steps over `[`. */
MUSTUSE bool scan_open_array(struct scanner *scan);

/** Steps to the next element of the innermost array, or over the `]` after the last one. */
MUSTUSE enum scan_step scan_element(struct scanner *scan);

/** Steps over any one value. */
MUSTUSE bool scan_value(struct scanner *scan);

MUSTUSE bool scan_string(struct scanner *scan, struct scanned_string *string);

/**
 * Steps over any number. `*integer` is true for an integer literal (no fraction, no exponent) within int64, whose value
 * is then in `*value`.
 */
MUSTUSE bool scan_number(struct scanner *scan, bool *integer, int64_t *value);

/** The byte at which the scan stands, 0 at the end: it tells which kind of value comes next. */
static inline uint8_t scan_peek(const struct scanner *scan)
{
    return scan->at < scan->end ? *scan->at : 0;
}

/** Notes the broken rule. Always returns false, so that a check and its reason fit in one line. */
static inline bool scan_fail(struct scanner *scan, const char *reason)
{
    scan->reason = reason;
    scan->ended = scan->at == scan->end;
    return false;
}

/** Steps over blanks. Every other step ends with this. */
static inline void scan_blanks(struct scanner *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

/**
 * Writes the text of a string to `out`, at most `size` bytes of it. Returns the length of the whole text, which is
 * never more than `raw.len`. Half a surrogate pair becomes the three bytes that UTF-8 would have for it, which no other
 * text has.
 */
size_t scanned_string_text(const struct scanned_string *string, uint8_t *out, size_t size);

/** The order of two strings by their text, byte by byte: 0 when they are the same text, however it is spelled. */
int scanned_string_compare(const struct scanned_string *a, const struct scanned_string *b);

#endif
