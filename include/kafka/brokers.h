/**
 * The brokers as a tool sees them: it waits for an answer for a limited time, then says who did not answer and where
 * that name was set. (`run` waits for ever instead.)
 *
 * One thread: the one that polls the client.
 */
#ifndef KAFKA_BROKERS_H
#define KAFKA_BROKERS_H

#include "kafka/advertised.h"
#include "kafka/client.h"

/** Plain data, nothing to free. It must not move while it watches a client, and must outlive that client. */
struct brokers {
    struct advertised advertised;
    char setting[CLIENT_BROKERS_TEXT];
    int trouble; /* librdkafka's last error about the connection as a whole; 0: none */
    char reason[256];
};

void brokers_init(struct brokers *brokers, const struct config *config, enum client_role role);

/** Makes a client that will be made from `conf` report its connections. Call it for each client. */
void brokers_watch(struct brokers *brokers, struct rd_kafka_conf_s *conf);

/**
 * Makes a client that nothing else watches, after brokers_init: takes over `conf`, makes the client, and keeps what its
 * error callback reports. NULL: `err` is filled.
 */
MUSTUSE struct rd_kafka_s *brokers_client(struct brokers *brokers, struct rd_kafka_conf_s *conf, enum client_role role,
                                          struct err *err);

/** The same with brokers_init, for a client that needs no settings beside those of its role. NULL: `err` is filled. */
MUSTUSE struct rd_kafka_s *brokers_open(struct brokers *brokers, const struct config *config, enum client_role role,
                                        struct err *err);

/** Passes on what the error callback of a client was told, when the client has its own callback. */
void brokers_trouble(struct brokers *brokers, int code, const char *reason);

/**
 * Waits up to `timeout_ms` for an answer about a topic. True: `*partitions` is how many it has, 0 when it does not
 * exist (asking never creates it). False: ERR_STOP, out of reach (69), interrupted (75), no permission (77).
 */
MUSTUSE bool brokers_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                           int *partitions, struct err *err);

/** Waits as brokers_topic does, for a topic that has to exist: a missing topic is ERR_STOP with EXIT_CONFIG. */
MUSTUSE bool brokers_need_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                                int *partitions, struct err *err);

/**
 * Writes a sentence that says why there is no answer now: an advertised address at which nothing answers, else
 * librdkafka's last error ("" when there was none). True when it is an advertised address (E_KAFKA_ADVERTISED), else
 * false (E_KAFKA_DOWN).
 */
#define BROKERS_WHY_TEXT 704
bool brokers_why(struct brokers *brokers, char text[static BROKERS_WHY_TEXT]);

/** Fills ERR_STOP with EXIT_UNREACHABLE, because nothing answered within `timeout_ms`; returns false. */
bool brokers_silent(struct brokers *brokers, int64_t timeout_ms, struct err *err);

/**
 * One wait of a tool. It is cut into slices, so that a signal is seen within a second. A request that cannot be resumed
 * is repeated in each slice, and the slices double, so that a broker far away can answer in time.
 */
struct brokers_wait {
    int64_t started_ms;
    int timeout_ms;
    int slice_ms;
    bool said;
};
struct brokers_wait brokers_wait_for(int timeout_ms);

/**
 * How many ms the next try may take, at least 1. 0 with ERR_STOP: the time is over (69), a signal came (75), the login
 * is refused (77).
 */
MUSTUSE int brokers_wait_next(struct brokers *brokers, struct rd_kafka_s *rk, struct brokers_wait *wait,
                              struct err *err);

struct rd_kafka_queue_s;
struct rd_kafka_op_s;

/**
 * Waits for the answer to an admin request, whose own time-out must be later than `timeout_ms`. The caller destroys it
 * with rd_kafka_event_destroy. NULL: the same errors as of brokers_wait_next.
 */
MUSTUSE struct rd_kafka_op_s *brokers_answer(struct brokers *brokers, struct rd_kafka_s *rk,
                                             struct rd_kafka_queue_s *answers, int timeout_ms, struct err *err);

#endif
