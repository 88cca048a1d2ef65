/**
 * The brokers as a tool sees them: it waits for an answer for so long, then says who did not answer and where that name
 * was set. (`run` waits for ever instead.)
 *
 * One thread: that which polls the client.
 */
#ifndef KAFKA_BROKERS_H
#define KAFKA_BROKERS_H

#include "kafka/advertised.h"
#include "kafka/client.h"

/** Plain data, nothing to free; not to be moved once it watches a client, and to outlive that client. */
struct brokers {
    struct advertised advertised;
    char setting[CLIENT_BROKERS_TEXT];
    int trouble; /* librdkafka's last word about the connection as a whole; 0: none */
    char reason[256];
};

void brokers_init(struct brokers *brokers, const struct config *config, enum client_role role);

/** For each client that is to be made: has it tell of its connections. */
void brokers_watch(struct brokers *brokers, struct rd_kafka_conf_s *conf);

/**
 * A client that tells nobody else of its connections: takes the configuration over, makes the client, and keeps what its error callback
 * says. Initialized with brokers_init. NULL: `err` is filled.
 */
MUSTUSE struct rd_kafka_s *brokers_client(struct brokers *brokers, struct rd_kafka_conf_s *conf, enum client_role role,
                                          struct err *err);

/** For a client with an error callback of its own: what that was told. */
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

/**
 * Why there is no answer now, as a sentence: an advertised address at which nobody answers, else librdkafka's last word ("" when it
 * has said nothing). True: it is an advertised address, E_KAFKA_ADVERTISED; else E_KAFKA_DOWN.
 */
#define BROKERS_WHY_TEXT 704
bool brokers_why(struct brokers *brokers, char text[static BROKERS_WHY_TEXT]);

/** ERR_STOP with EXIT_UNREACHABLE: nobody answered within `timeout_ms`; returns false. */
bool brokers_silent(struct brokers *brokers, int64_t timeout_ms, struct err *err);

/**
 * One wait of a tool. It is cut into slices, so that a signal is seen within a second; what cannot be resumed is asked again in each,
 * and they double, so that a broker far away gets its turn.
 */
struct brokers_wait {
    int64_t started_ms;
    int timeout_ms;
    int slice_ms;
    bool said;
};
struct brokers_wait brokers_wait_for(int timeout_ms);

/**
 * How many ms the next try may take, at least 1. 0 with ERR_STOP: the time is over (69), interrupted (75), the login is refused (77).
 */
MUSTUSE int brokers_wait_next(struct brokers *brokers, struct rd_kafka_s *rk, struct brokers_wait *wait,
                              struct err *err);

#endif
