/**
 * Trace context: the caller's place in a distributed trace, as the headers `traceparent` and `tracestate` carry it.
 *
 * Pure; bytes of strangers in.
 *
 * Source: W3C Trace Context Level 1 (sections 3.2, 3.3, 4.3) and the flags of Level 2.
 */
#ifndef CODEC_TRACE_H
#define CODEC_TRACE_H

#include "core/bytes.h"

#define TRACE_PARENT_TEXT 55 /* "00-" trace id of 32 digits "-" span id of 16 "-" flags of 2 */
#define TRACE_SPAN        8  /* bytes of a span id */

/**
 * The `traceparent` of what we publish: the caller's trace and its known flags, with `span` (not all zero) as the parent. Of a version
 * after 00 what 00 knows is used. False, and nothing written, when `parent` is none.
 */
MUSTUSE bool trace_continue(struct bytes parent, const uint8_t span[static TRACE_SPAN],
                            char text[static TRACE_PARENT_TEXT]);

/** True when `state` is a list that may go on with a trace; what is not, is left out. */
MUSTUSE bool trace_state_valid(struct bytes state);

#endif
