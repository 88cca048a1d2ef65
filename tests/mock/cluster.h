/**
 * librdkafka's mock brokers, in this process, and a configuration that leads to them.
 *
 * They show how our code handles errors and threads, and show nothing about delivery: they know no generations, no
 * markers and no last stable offset, and forget the offsets that a transaction commits. One thread.
 */
#ifndef TESTS_MOCK_CLUSTER_H
#define TESTS_MOCK_CLUSTER_H

#include "config/config.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#define CLUSTER_PARTITIONS 4

/** Kafka protocol guide, "API keys": those that the mock brokers of 2.0.2 can answer with an error. */
enum api {
    API_PRODUCE = 0,
    API_FETCH = 1,
    API_LIST_OFFSETS = 2,
    API_OFFSET_COMMIT = 8,
    API_OFFSET_FETCH = 9,
    API_FIND_COORDINATOR = 10,
    API_JOIN_GROUP = 11,
    API_HEARTBEAT = 12,
    API_SYNC_GROUP = 14,
    API_INIT_PRODUCER_ID = 22,
    API_ADD_PARTITIONS = 24,
    API_ADD_OFFSETS = 25,
    API_END_TXN = 26,
    API_TXN_OFFSET_COMMIT = 28,
};

struct cluster {
    rd_kafka_t *rk; /* the client that the brokers live in; sends the commands */
    rd_kafka_mock_cluster_t *mock;
    int brokers;
    /* instance.id=auto: a fence is then our own, and leads to a new producer instead of a stop */
    struct config config;
};

/** Starts that many brokers, with the four topics. The configuration may still be changed. */
void cluster_open(struct cluster *cluster, int brokers);
void cluster_close(struct cluster *cluster);

/**
 * Each broker answers the next `times` requests of this kind with this error; _TRANSPORT: it closes the connection
 * instead.
 */
void cluster_fail(struct cluster *cluster, enum api api, rd_kafka_resp_err_t code, int times);

/** How many of these errors no broker has given yet. */
size_t cluster_failures_left(struct cluster *cluster, enum api api);

/** Makes all brokers stop listening, or listen again. */
void cluster_set_down(struct cluster *cluster, bool is_down);

/** Sends `count` good commands with ids of their own to all partitions. */
void cluster_send(struct cluster *cluster, int count);

/** How many commands have an event in the created topic; waits until there are `enough`, a minute at most. */
int cluster_answered(struct cluster *cluster, int enough);

#endif
