/** How the characters of a JSON string are written: the one place that escapes. Pure, without allocation. */
#ifndef JSON_ESCAPE_H
#define JSON_ESCAPE_H

#include "json/writer.h"

#define ESCAPE_SIZE 6 /* of \u001f, the longest */

/** How many bytes from `at` stand for themselves in every style. */
MUSTUSE size_t escape_plain_run(const uint8_t *at, const uint8_t *end);

/** Writes the character at `at`, which is before `end`; returns its length, `*taken` is how many bytes of the text it was. */
size_t escape_character(enum json_style style, const uint8_t *at, const uint8_t *end, char piece[static ESCAPE_SIZE],
                        size_t *taken);

#endif
