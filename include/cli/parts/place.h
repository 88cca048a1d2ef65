/** Places in a topic as people type them on the command line: "beginning", "end", an offset, a time, or one so long ago. */
#ifndef CLI_PARTS_PLACE_H
#define CLI_PARTS_PLACE_H

#include "kafka/tools/range.h"

/**
 * Fills `from` and `value`; the timeout stays as it is. A plain number is an offset; a time is as `moment_parse` takes it, and a span
 * counts back from `now_ms` (ms since 1970 UTC). False when it is none of these.
 */
MUSTUSE bool place_parse(const char *text, int64_t now_ms, struct range_request *place);

/** A whole number from 0 to `most`. */
MUSTUSE bool place_number(const char *text, int64_t most, int64_t *number);

#endif
