/**
 * Times as events have them, e.g. "2026-11-22T02:13:05.123456Z": in UTC, always with six digits of a second. Pure; no
 * locale, no time zone, no leap seconds.
 *
 * RFC 3339 has the years 0000 to 9999. A time after them is written as their last microsecond, a time before them as
 * their first.
 */
#ifndef CORE_RFC3339_H
#define CORE_RFC3339_H

#include "core/bytes.h"

#define RFC3339_TEXT 28 /* with a NUL */

/** `us`: microseconds since 1970 UTC, any value. Returns the length without the NUL. */
size_t rfc3339_format(int64_t us, char text[static RFC3339_TEXT]);

/** Reads exactly what rfc3339_format writes, as microseconds since 1970 UTC. False for anything else. */
MUSTUSE bool rfc3339_parse(struct bytes text, int64_t *us);

#endif
