/**
 * Trace context: the caller's place in a distributed trace, as the headers `traceparent` and `tracestate` carry it.
 *
 * Pure; the bytes are not trusted.
 *
 * Source: W3C Trace Context Level 1 (sections 3.2, 3.3, 4.3) and the flags of Level 2.
 */
#ifndef CODEC_TRACE_H
#define CODEC_TRACE_H

#include "core/bytes.h"

#define TRACE_PARENT_TEXT 55 /* "00-", a trace id of 32 digits, "-", a span id of 16, "-", flags of 2 */
#define TRACE_SPAN        8  /* bytes of a span id */

/**
 * Writes the `traceparent` of what we publish: the caller's trace and its known flags, with `span` (not all zero) as
 * the parent. From a version after 00 it uses what version 00 knows. False, and nothing is written, when `parent` is
 * not valid.
 */
MUSTUSE bool trace_continue(struct bytes parent, const uint8_t span[static TRACE_SPAN],
                            char text[static TRACE_PARENT_TEXT]);

/** True when `state` is a valid list that may be passed on; any other is left out. */
MUSTUSE bool trace_state_valid(struct bytes state);

#endif
