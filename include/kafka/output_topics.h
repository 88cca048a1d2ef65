/**
 * The topics that the producer writes: those of created and rejected events, the dead-letter topic and the reply
 * topics, each name once.
 *
 * The names stay for the life of the sink; the handles belong to one producer and are made anew with each. One thread.
 */
#ifndef KAFKA_OUTPUT_TOPICS_H
#define KAFKA_OUTPUT_TOPICS_H

#include "core/err.h"
#include "kafka/patience.h"
#include "config/config.h"

struct rd_kafka_s;
struct rd_kafka_topic_s;

struct output_topics {
    const char **names; /* borrowed from the configuration; the lists are owned */
    size_t count;
    struct rd_kafka_topic_s **topics; /* in the same order; valid while `ready` */
    int32_t *partitions;              /* how many partitions each topic has */
    bool ready;
    struct patience patience;
};

void output_topics_name(struct output_topics *output_topics, const struct config *config);
void output_topics_free(struct output_topics *output_topics);

/**
 * Asks the broker about each topic and makes the handles of this producer. Call it again while PENDING. FAILED:
 * ERR_STOP, because a topic does not exist or may not be seen.
 */
MUSTUSE enum progress output_topics_open(struct output_topics *output_topics, struct rd_kafka_s *rk, int timeout_ms,
                                         struct err *err);

/** Destroys the handles. Call it before their producer is destroyed. */
void output_topics_close(struct output_topics *output_topics);

/** The index of a topic; `count` when it is not among them. */
size_t output_topics_find(const struct output_topics *output_topics, const char *name);

#endif
