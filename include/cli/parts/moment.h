/** Spans and points of time as people type them on the command line. Pure: the present time comes in as an argument. */
#ifndef CLI_PARTS_MOMENT_H
#define CLI_PARTS_MOMENT_H

#include "core/bytes.h"

/**
 * Reads a span: "500ms", "30s", "5m", "2h", "7d", that is a whole number from 0 and a unit. False when it is anything
 * else or more than 2^31 ms (24 days).
 */
MUSTUSE bool moment_span(const char *text, int *ms);

/** Reads a span of up to a hundred years, in the same form: how old something is. */
MUSTUSE bool moment_age(const char *text, int64_t *ms);

/**
 * Reads a point of time: "2026-11-22", "2026-11-22T02:13:05", with fractions, with "Z" or "+01:00" (RFC 3339; without a
 * zone UTC), or a span, which is counted back from `now_ms`. The result is in ms since 1970 UTC. False when it is none
 * of these.
 */
MUSTUSE bool moment_parse(const char *text, int64_t now_ms, int64_t *ms);

#endif
