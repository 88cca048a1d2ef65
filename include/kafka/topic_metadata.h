/**
 * Asks the broker about one topic: whether it exists, and so that librdkafka knows it before the first produce (which
 * otherwise stalls for up to 1 s, 2.0.2).
 */
#ifndef KAFKA_TOPIC_METADATA_H
#define KAFKA_TOPIC_METADATA_H

#include "core/err.h"

struct rd_kafka_s;

/** Returns librdkafka's error code; 0: the topic exists and has `*partitions` partitions (`partitions` may be NULL). */
int topic_ask(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms);

/**
 * Returns librdkafka's error code; 0: `*broker` is the id of a broker that answered, or at least exists; -1: none is
 * known.
 */
int topic_broker(struct rd_kafka_s *rk, const char *name, int32_t *broker, int timeout_ms);

/**
 * Asks the known leaders of the topic for an offset, so that librdkafka connects to addresses that the brokers
 * advertise. True when one of them has answered, or there is none to ask.
 */
MUSTUSE bool topic_leaders_answer(struct rd_kafka_s *rk, const char *name, int timeout_ms);

/**
 * DONE: the topic exists and has `*partitions` partitions (`partitions` may be NULL). PENDING: no answer yet (`err`
 * says why). FAILED: ERR_STOP, it does not exist or may not be seen. Asking never creates the topic, since no client of
 * this program allows it (allow.auto.create.topics=false, kafka/client.c).
 */
MUSTUSE enum progress topic_metadata(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms,
                                     struct err *err);

/** Judges an answer about a topic: that it is missing is ERR_RETRY until it is believed (kafka/topics_seen.h). */
void topic_doubt(const char *name, struct err *err);

#endif
