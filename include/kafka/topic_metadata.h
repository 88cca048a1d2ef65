/**
 * Asks the broker about one topic: whether it exists, and to have librdkafka know it before the first produce (which stalls for up
 * to 1 s otherwise, 2.0.2).
 */
#ifndef KAFKA_TOPIC_METADATA_H
#define KAFKA_TOPIC_METADATA_H

#include "core/err.h"

struct rd_kafka_s;

/** Returns librdkafka's code: 0, it exists, with `*partitions` partitions (NULL: never mind). */
int topic_ask(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms);

/** Returns librdkafka's code: 0, `*broker` is the id of a broker that answered, or is there at least; -1: none is known. */
int topic_broker(struct rd_kafka_s *rk, const char *name, int32_t *broker, int timeout_ms);

/**
 * Asks leaders of the topic, those that are known, for an offset: so that librdkafka connects to addresses that the brokers advertise.
 * True when one of them has answered, or there is none to ask.
 */
MUSTUSE bool topic_leaders_answer(struct rd_kafka_s *rk, const char *name, int timeout_ms);

/**
 * DONE: it exists, with `*partitions` partitions (NULL: never mind). PENDING: no answer yet (`err` says why). FAILED: ERR_STOP, it does not exist or may not be seen.
 * Asking never creates the topic: all our clients say so (allow.auto.create.topics=false, kafka/client.c).
 */
MUSTUSE enum progress topic_metadata(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms,
                                     struct err *err);

/** What an answer says of a topic: that it is missing is ERR_RETRY until it is believed (kafka/topics_seen.h). */
void topic_doubt(const char *name, struct err *err);

#endif
