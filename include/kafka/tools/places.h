/**
 * Finds places in a topic, for a tool: where its partitions begin and end, and what is at a time or an offset.
 *
 * It has a client of its own that knows no group and reads committed records, so the end is the last stable offset. One
 * thread.
 */
#ifndef KAFKA_TOOLS_PLACES_H
#define KAFKA_TOOLS_PLACES_H

#include "kafka/tools/range.h"

struct places;

/**
 * Waits up to `timeout_ms` for a broker. NULL with ERR_STOP: out of reach (69), no permission (77), no such topic (78).
 */
MUSTUSE struct places *places_open(const struct config *config, const char *topic, int timeout_ms, struct err *err);
void places_close(struct places *places);

/** How many partitions the topic has. */
int places_count(const struct places *places);

/** Fills `ranges`, one for each partition: from the requested place to the end. False with ERR_STOP. */
MUSTUSE bool places_find(struct places *places, const struct range_request *request, struct range *ranges,
                         struct err *err);

#endif
