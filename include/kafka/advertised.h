/**
 * The addresses that the brokers tell their clients to use (advertised.listeners), and whether anything answers there.
 *
 * A client connects to the address that it was given and asks for the list of brokers. From then on it uses the
 * addresses of that list. A broker in a container that advertises "localhost" or its own host name answers this first
 * request and nothing after it: all others wait for a connection that never comes.
 *
 * librdkafka's threads write, the owner of the client reads; a mutex protects the table.
 */
#ifndef KAFKA_ADVERTISED_H
#define KAFKA_ADVERTISED_H

#include "core/bytes.h"

#include <pthread.h>

struct rd_kafka_conf_s;

#define ADVERTISED_TEXT 160 /* host:port */
#define ADVERTISED_MAX  32  /* more addresses than these are not watched */

struct advertised_address {
    char text[ADVERTISED_TEXT];
    bool told;        /* a broker has named it; else it comes from the configuration */
    bool up;          /* connected, and logged in */
    bool answered;    /* it was up at least once */
    bool refused;     /* an attempt to connect has failed */
    int64_t tried_ms; /* since when a client tries it without success; 0: none tries */
};

/** Plain data, nothing to free. It must not move while it watches a client, and must outlive that client. */
struct advertised {
    pthread_mutex_t lock;
    struct advertised_address list[ADVERTISED_MAX];
    size_t count;
};

void advertised_init(struct advertised *advertised);

/** Makes the client that will be made from `conf` report its connections. Several clients may share one table. */
void advertised_watch(struct advertised *advertised, struct rd_kafka_conf_s *conf);

/** True when a broker has answered at an address that a broker named. */
MUSTUSE bool advertised_answered(struct advertised *advertised);

/** An address that answers now, and an address that it told clients to use and that has never answered. */
struct advertised_pair {
    char answers[ADVERTISED_TEXT];
    char silent[ADVERTISED_TEXT];
};

/** Finds such a pair. False when there is none: no address answers, or all do. */
MUSTUSE bool advertised_silent(struct advertised *advertised, int64_t now_ms, struct advertised_pair *pair);

/**
 * Notes librdkafka's report that a connection is in this state ("CONNECT", "UP", "DOWN", ...). The rule alone, for
 * tests. `told`: a broker has named the address.
 */
void advertised_note(struct advertised *advertised, const char *address, bool told, const char *state, int64_t now_ms);

#endif
