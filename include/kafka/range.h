/** From where to where a tool reads a partition: what a person said, made into offsets by asking the broker. */
#ifndef KAFKA_RANGE_H
#define KAFKA_RANGE_H

#include "core/err.h"

struct rd_kafka_s;

enum range_from { RANGE_BEGINNING, RANGE_END, RANGE_TIME, RANGE_OFFSET };

struct range_request {
    enum range_from from;
    int64_t value;  /* RANGE_TIME: ms since 1970 UTC; RANGE_OFFSET: an offset, moved into what there is */
    int timeout_ms; /* of each of the two questions */
};

struct range {
    int64_t start;
    int64_t end; /* the next offset as it is now; under read_committed the last stable one, beyond it nothing can be
                    read */
};

/** False with ERR_STOP. Ask before the client fetches anything: a fetch that waits holds up its connection. */
MUSTUSE bool range_find(struct rd_kafka_s *rk, const char *topic, int32_t partition,
                        const struct range_request *request, struct range *range, struct err *err);

#endif
