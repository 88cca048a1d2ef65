/** Integers as decimal text, without printf: several are written for each event; and read back. Pure. */
#ifndef CORE_DECIMAL_H
#define CORE_DECIMAL_H

#include "core/bytes.h"

#define DECIMAL_TEXT 21 /* "-9223372036854775808" and a NUL */

/** Writes the shortest form and a NUL; returns its length without the NUL. */
size_t decimal_format(int64_t value, char text[static DECIMAL_TEXT]);

/** Reads exactly what decimal_format writes: no blank, no plus, no leading zero, nothing beyond int64. */
MUSTUSE bool decimal_parse(struct bytes text, int64_t *value);

/**
 * Reads the integer at the beginning of what a person typed: digits, a minus before them at most. `*rest` is what follows it. False when
 * there is none, or it is beyond int64.
 */
MUSTUSE bool decimal_read(const char *text, int64_t *value, const char **rest);

/** The same where nothing may follow. */
MUSTUSE bool decimal_read_all(const char *text, int64_t *value);

#endif
