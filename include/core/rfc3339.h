/**
 * Times as events write them: "2026-11-22T02:13:05.123456Z", UTC, always six digits of a second. Pure; no locale, no
 * time zone, no leap seconds.
 *
 * RFC 3339 writes the years 0000 … 9999: a time after them is written as their last microsecond, a time before them as their first.
 */
#ifndef CORE_RFC3339_H
#define CORE_RFC3339_H

#include "core/bytes.h"

#define RFC3339_TEXT 28 /* with a NUL */

/** `us`: microseconds since 1970 UTC, any value. Returns the length without the NUL. */
size_t rfc3339_format(int64_t us, char text[static RFC3339_TEXT]);

/** Reads exactly what rfc3339_format writes. */
MUSTUSE bool rfc3339_parse(struct bytes text, int64_t *us);

#endif
