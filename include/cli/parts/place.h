/**
 * Places in a topic as people type them on the command line: "beginning", "end", an offset, a time, or a span before
 * now.
 */
#ifndef CLI_PARTS_PLACE_H
#define CLI_PARTS_PLACE_H

#include "kafka/tools/range.h"

/**
 * Fills `from` and `value`; the timeout stays as it is. A plain number is an offset; a time has the form that
 * moment_parse reads, and a span counts back from `now_ms` (ms since 1970 UTC). False when it is none of these.
 */
MUSTUSE bool place_parse(const char *text, int64_t now_ms, struct range_request *place);

/** Reads a whole number from 0 to `most`. False when it is anything else. */
MUSTUSE bool place_number(const char *text, int64_t most, int64_t *number);

#endif
