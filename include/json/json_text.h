/**
 * A text as a JSON string (RFC 8259), for log lines and for the output of `--json`.
 *
 * Pure, without allocation: the watchdog's last line goes through it. Bytes that are not UTF-8 become U+FFFD.
 */
#ifndef JSON_JSON_TEXT_H
#define JSON_JSON_TEXT_H

#include "core/bytes.h"

/** Room that the JSON string of a text of `len` bytes needs at most, quotes and NUL included. */
#define JSON_TEXT_SIZE(len) (6 * (len) + 3)

/** Writes the quoted string and a NUL; a text that is too long is cut at a character and still closed. `size` >= 3.
 * Returns the length without the NUL. */
size_t json_text(char *out, size_t size, const char *text);

#endif
