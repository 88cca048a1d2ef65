/**
 * The brokers as a tool sees them: it waits for an answer for so long, then says who did not answer and where that name
 * was set. (`run` waits for ever instead.)
 *
 * One thread: that which polls the client.
 */
#ifndef KAFKA_BROKERS_H
#define KAFKA_BROKERS_H

#include "kafka/client.h"

/** Plain data, nothing to free. */
struct brokers {
    char setting[CLIENT_BROKERS_TEXT];
    int trouble; /* librdkafka's last word about the connection as a whole; 0: none */
    char reason[256];
};

void brokers_init(struct brokers *brokers, const struct config *config, enum client_role role);

/** For the client's error callback: what it said. */
void brokers_trouble(struct brokers *brokers, int code, const char *reason);

/**
 * Waits up to `timeout_ms` for an answer about a topic. True: `*partitions` is how many it has, 0 when it does not
 * exist (asking never creates it). False: ERR_STOP, out of reach (69), interrupted (75), no permission (77).
 */
MUSTUSE bool brokers_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                           int *partitions, struct err *err);

/** The same for a topic that has to exist: missing is ERR_STOP with EXIT_CONFIG. */
MUSTUSE bool brokers_need_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                                int *partitions, struct err *err);

/** ERR_STOP with EXIT_UNREACHABLE: nobody answered within `timeout_ms`; returns false. */
bool brokers_silent(const struct brokers *brokers, int64_t timeout_ms, struct err *err);

#endif
