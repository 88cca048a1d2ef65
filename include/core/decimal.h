/** Integers as decimal text and back, without printf, because several are written for each event. Pure. */
#ifndef CORE_DECIMAL_H
#define CORE_DECIMAL_H

#include "core/bytes.h"

#define DECIMAL_TEXT 21 /* "-9223372036854775808" and a NUL */

/** Writes the number in its shortest form, and a NUL; returns its length without the NUL. */
size_t decimal_format(int64_t value, char text[static DECIMAL_TEXT]);

/** Reads exactly what decimal_format writes: no blank, no plus, no leading zero, nothing beyond int64. */
MUSTUSE bool decimal_parse(struct bytes text, int64_t *value);

/**
 * Reads the integer at the beginning of what a person typed: digits, perhaps with a minus before them. `*rest` is the
 * text that follows. False when there is no integer, or it is beyond int64.
 */
MUSTUSE bool decimal_read(const char *text, int64_t *value, const char **rest);

/**
 * Reads an integer that a person typed and that is the whole text. False when it is not, or when it is beyond int64.
 */
MUSTUSE bool decimal_read_all(const char *text, int64_t *value);

#endif
