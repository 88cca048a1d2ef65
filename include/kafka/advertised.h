/**
 * Which addresses the brokers tell their clients to use (advertised.listeners), and whether anybody answers there.
 *
 * A client connects to the address that it was given and asks who is who; from then on it uses the addresses of the answer. A broker
 * in a container that advertises "localhost" or its own host name answers the first question, and nothing after it: every other
 * request waits for a connection that never comes.
 *
 * librdkafka's threads write, the client's owner reads; one mutex.
 */
#ifndef KAFKA_ADVERTISED_H
#define KAFKA_ADVERTISED_H

#include "core/bytes.h"

#include <pthread.h>

struct rd_kafka_conf_s;

#define ADVERTISED_TEXT 160 /* host:port */
#define ADVERTISED_MAX  32  /* addresses; further ones are not watched */

struct advertised_address {
    char text[ADVERTISED_TEXT];
    bool told;        /* by a broker; else we were given it */
    bool up;          /* connected, and past the login */
    bool answered;    /* was up once */
    bool refused;     /* an attempt to connect has failed */
    int64_t tried_ms; /* since when it has not come up; 0: nobody tries */
};

/** Plain data, nothing to free; not to be moved once it watches, and to outlive the client. */
struct advertised {
    pthread_mutex_t lock;
    struct advertised_address list[ADVERTISED_MAX];
    size_t count;
};

void advertised_init(struct advertised *advertised);

/** Has the client that is made from `conf` report its connections. Several clients may share one. */
void advertised_watch(struct advertised *advertised, struct rd_kafka_conf_s *conf);

/** True when somebody has answered at an address that a broker named. */
MUSTUSE bool advertised_answered(struct advertised *advertised);

/** An address that answers now, and the one that it told us to use and that has never answered. */
struct advertised_pair {
    char answers[ADVERTISED_TEXT];
    char silent[ADVERTISED_TEXT];
};

/** False when there is no such pair: nobody answers at all, or all do. */
MUSTUSE bool advertised_silent(struct advertised *advertised, int64_t now_ms, struct advertised_pair *pair);

/** The rule alone, for librdkafka's report that a connection is in this state ("CONNECT", "UP", "DOWN", ...). `told`: see above. */
void advertised_note(struct advertised *advertised, const char *address, bool told, const char *state, int64_t now_ms);

#endif
