/** From where to where a tool reads a partition: what a person said, made into offsets by asking the broker. */
#ifndef KAFKA_TOOLS_RANGE_H
#define KAFKA_TOOLS_RANGE_H

#include "kafka/brokers.h"

enum range_from { RANGE_BEGINNING, RANGE_END, RANGE_TIME, RANGE_OFFSET };

struct range_request {
    enum range_from from;
    int64_t value;  /* RANGE_TIME: ms since 1970 UTC; RANGE_OFFSET: an offset, moved into what there is */
    int timeout_ms; /* of each question */
};

struct range {
    int64_t start;
    int64_t end; /* the next offset as it is now; under read_committed the last stable one, beyond it nothing can be
                    read */
};

/**
 * The ranges of the topic's first `count` partitions. False with ERR_STOP, see ends_ask. Ask before the client fetches anything: a
 * fetch that waits holds up its connection.
 */
MUSTUSE bool range_find(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int count,
                        const struct range_request *request, struct range *ranges, struct err *err);

#endif
