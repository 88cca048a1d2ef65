/**
 * Times as events write them: "2026-11-22T02:13:05.123456Z", UTC, always six digits of a second. Pure; no locale, no
 * time zone, no leap seconds.
 *
 * Years outside 0000 … 9999, which RFC 3339 cannot write, get a sign as in ISO 8601's expanded form ("+10000-01-01T…",
 * "-0001-12-31T…": astronomical years, as java.time writes and reads them).
 */
#ifndef CODEC_RFC3339_H
#define CODEC_RFC3339_H

#include "core/bytes.h"

#define RFC3339_TEXT 32 /* room for the largest year and a NUL */

/** `us`: microseconds since 1970 UTC, any value. Returns the length without the NUL. */
size_t rfc3339_format(int64_t us, char text[static RFC3339_TEXT]);

#endif
