/** Spans and points of time as people type them on the command line. Pure but for the clock that is given. */
#ifndef CLI_PARTS_MOMENT_H
#define CLI_PARTS_MOMENT_H

#include "core/bytes.h"

/** "500ms", "30s", "5m", "2h", "7d": a whole number from 0 and a unit. False when it is something else or over 2^31 ms
 * or so (24 days). */
MUSTUSE bool moment_span(const char *text, int *ms);

/** The same for spans of up to a hundred years: how old something is. */
MUSTUSE bool moment_age(const char *text, int64_t *ms);

/**
 * "2026-11-22", "2026-11-22T02:13:05", with fractions, with "Z" or "+01:00" (RFC 3339; without a zone UTC), or a span
 * that counts back from `now_ms`. False when it is none of these.
 */
MUSTUSE bool moment_parse(const char *text, int64_t now_ms, int64_t *ms);

#endif
