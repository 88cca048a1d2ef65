/**
 * Turns the headers of a librdkafka message into those of a record.
 *
 * librdkafka parses them only when it is asked for them; until then they are bytes of the fetch response.
 */
#ifndef KAFKA_MESSAGE_HEADERS_H
#define KAFKA_MESSAGE_HEADERS_H

#include "core/record.h"

struct rd_kafka_message_s;

/**
 * Fills `headers` and `header_count` of the record; they borrow from the message, and the list is in the arena. Headers
 * that librdkafka cannot parse (more than 100,000, or malformed bytes) set `headers_unreadable`.
 */
void message_headers(struct rd_kafka_message_s *message, struct arena *arena, struct record *record);

#endif
