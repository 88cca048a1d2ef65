/** From where to where a tool reads a partition: a person's request, turned into offsets by asking the broker. */
#ifndef KAFKA_TOOLS_RANGE_H
#define KAFKA_TOOLS_RANGE_H

#include "kafka/brokers.h"

enum range_from { RANGE_BEGINNING, RANGE_END, RANGE_TIME, RANGE_OFFSET };

struct range_request {
    enum range_from from;
    int64_t value;  /* RANGE_TIME: ms since 1970 UTC; RANGE_OFFSET: an offset, moved into the existing ones */
    int timeout_ms; /* for each request to the broker */
};

struct range {
    int64_t start;
    /* The next offset as it is now; under read_committed the last stable one, since nothing after it can be read */
    int64_t end;
};

/**
 * Finds the ranges of the topic's first `count` partitions. False with ERR_STOP: out of reach (69), interrupted (75),
 * no permission (77), no such partition (78). Call it before the client fetches anything: a fetch that waits holds up
 * its connection.
 */
MUSTUSE bool range_find(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int count,
                        const struct range_request *request, struct range *ranges, struct err *err);

#endif
