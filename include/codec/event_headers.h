/**
 * The headers of an event: those of CloudEvents 1.0 in binary mode (Kafka Protocol Binding 1.0.2, section 3.2), the
 * position of the command, the trace, and the headers that are echoed from the command.
 */
#ifndef CODEC_EVENT_HEADERS_H
#define CODEC_EVENT_HEADERS_H

#include "codec/event_data.h"
#include "codec/event_settings.h"

/**
 * Fills `out->headers`, always in the same order. With `bare` nothing is copied from the command, whatever its size:
 * correlation and causation are the command id, there is no `tracestate` and no echo.
 */
void event_headers(const struct event_settings *settings, const struct batch_item *item, const struct event_data *data,
                   bool bare, struct arena *arena, struct outbound *out);

/**
 * The correlation and the causation that an event takes from its command unless it is bare. They borrow from the item,
 * or are `command_id`, the text of the command's id.
 */
struct bytes event_correlation(const struct batch_item *item, struct bytes command_id);
struct bytes event_causation(const struct batch_item *item, struct bytes command_id);

#endif
