/**
 * What brokers say about the settings of topics and about their own: the request DescribeConfigs and its answer. It
 * needs the right DESCRIBE_CONFIGS on each of them. One thread: the client's.
 */
#ifndef KAFKA_SETTINGS_H
#define KAFKA_SETTINGS_H

#include "core/bytes.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_op_s;

struct settings_request {
    const char *const *topics;
    size_t count;
    int32_t broker; /* who is asked, since every broker knows the settings of topics; -1: the controller */
    bool of_broker; /* the settings of that broker are asked for too */
    int timeout_ms;
};

/** Sends the request. The answer comes into the queue; give it to settings_each. */
void settings_ask(struct rd_kafka_s *rk, const struct settings_request *request, struct rd_kafka_queue_s *answers);

/** What is said about one topic, or about the broker. Borrowed for as long as the call lasts. */
struct settings {
    bool of_broker;
    const char *name; /* the topic's; NULL: the whole request has failed, as `code` says */
    int code;         /* librdkafka's; not 0: there are none, for this reason */
    const char *text; /* the same in words */
    const void *entries;
    size_t count;
};

struct setting {
    const char *name;
    const char *value; /* NULL: the brokers do not tell it */
    bool own;          /* set for this topic; else it is the brokers' */
};

struct setting settings_at(const struct settings *settings, size_t index);

/** The value of the setting with that name; NULL: it is not there, or not told. */
const char *settings_value(const struct settings *settings, const char *name);

typedef void settings_take(void *target, const struct settings *settings);

/** Calls `take` for everything that the answer is about. The caller destroys the answer. */
void settings_each(struct rd_kafka_op_s *answer, settings_take *take, void *target);

#endif
