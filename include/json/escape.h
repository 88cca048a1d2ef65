/** How the characters of a JSON string are written. All escaping happens here. Pure, without allocation. */
#ifndef JSON_ESCAPE_H
#define JSON_ESCAPE_H

#include "core/bytes.h"

/** For whom a string is escaped beyond what RFC 8259 demands. */
enum json_style {
    JSON_RECORD,   /* values of records: the short escapes; everything else stays as it is */
    JSON_LOG,      /* lines of the log: without \b and \f */
    JSON_TERMINAL, /* text that people may see raw: control characters beyond ASCII and U+FFFD are escaped too */
};

#define ESCAPE_SIZE 6 /* the length of \u001f, the longest escape */

/** How many bytes from `at` on are written as they are in every style. */
MUSTUSE size_t escape_plain_run(const uint8_t *at, const uint8_t *end);

/**
 * Writes the character at `at`, which must be before `end`. Returns the length of what was written; `*taken` is how
 * many bytes of the text it stands for.
 */
size_t escape_character(enum json_style style, const uint8_t *at, const uint8_t *end, char piece[static ESCAPE_SIZE],
                        size_t *taken);

#endif
