/**
 * The topics that the producer writes: created, rejected and dead-letter topic and the reply topics, each name once.
 *
 * The names stay for the life of the sink; the handles belong to one producer and are made anew with it. One thread.
 */
#ifndef KAFKA_OUTPUT_TOPICS_H
#define KAFKA_OUTPUT_TOPICS_H

#include "core/err.h"
#include "kafka/patience.h"
#include "config/config.h"

struct rd_kafka_s;
struct rd_kafka_topic_s;

struct output_topics {
    const char **names; /* the configuration's; the lists are owned */
    size_t count;
    struct rd_kafka_topic_s **topics; /* in the same order; while `ready` */
    int32_t *partitions;              /* how many each has */
    bool ready;
    struct patience patience;
};

void output_topics_name(struct output_topics *output_topics, const struct config *config);
void output_topics_free(struct output_topics *output_topics);

/** Asks the broker about each and makes the handles of this producer. Again while PENDING; FAILED: ERR_STOP, see topic_metadata. */
MUSTUSE enum progress output_topics_open(struct output_topics *output_topics, struct rd_kafka_s *rk, int timeout_ms,
                                         struct err *err);

/** Before their producer goes. */
void output_topics_close(struct output_topics *output_topics);

/** The index of a topic that is ready; `count` when there is none. */
size_t output_topics_find(const struct output_topics *output_topics, const char *name);

#endif
