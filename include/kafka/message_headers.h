/**
 * The headers of a message of librdkafka's, as those of a record.
 *
 * librdkafka parses them when it is asked for them, not before: until then they are bytes of the fetch response.
 */
#ifndef KAFKA_MESSAGE_HEADERS_H
#define KAFKA_MESSAGE_HEADERS_H

#include "core/record.h"

struct rd_kafka_message_s;

/**
 * Fills `headers` and `header_count` of the record; they borrow from the message, the list is in the arena. What librdkafka does not
 * parse (over 100,000 headers, or bytes that are none) makes `headers_unreadable`.
 */
void message_headers(struct rd_kafka_message_s *message, struct arena *arena, struct record *record);

#endif
