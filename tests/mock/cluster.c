#include "cluster.h"

#include "kafka/source.h"
#include "runtime/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 10000
#define ANSWERED_MS  60000

/*
 * To the worker a group whose offsets are gone has lost its topic; these brokers keep none (the linker wraps it, see
 * the Makefile).
 */
enum progress __wrap_source_kept(struct source *source, const struct offsets *offsets, struct err *err);
enum progress __wrap_source_kept(struct source *source, const struct offsets *offsets, struct err *err)
{
    (void)source, (void)offsets, (void)err;
    return DONE;
}

/*
 * The mock's answer to JoinGroup comes after whole seconds (3 the first time, then the session's timeout less one), and
 * so after a whole number of our metadata refreshes. librdkafka 2.0.2 joins again when an answer to one arrives while
 * the leader waits for its own: with these brokers for ever, in three runs of a hundred. Hence an interval that is no
 * divisor.
 */
#define REFRESH "kafka.topic.metadata.refresh.interval.ms=487"

/* Shorter than ours, since the mock waits as long for members that are gone. */
#define SESSION "kafka.consumer.session.timeout.ms=6000"

static void configure(struct cluster *cluster)
{
    static char *no_environment[] = {NULL};
    char brokers[256];
    const char *overrides[] = {
        brokers,         "commands.topic=commands", "events.created.topic=created", "events.rejected.topic=rejected",
        "dlq.topic=dlq", "instance.id=auto",        "batch.max.messages=500",       REFRESH,
        SESSION};
    struct config_request request = {
        .overrides = overrides, .override_count = sizeof overrides / sizeof *overrides, .environ = no_environment};
    struct err err;

    snprintf(brokers, sizeof brokers, "kafka.bootstrap.servers=%s", rd_kafka_mock_cluster_bootstraps(cluster->mock));
    bool loaded = config_load(&cluster->config, &request, &err);
    ck_assert_msg(loaded, "%s", err.message);
}

static void silent(const rd_kafka_t *rk, int level, const char *facility, const char *line)
{
    (void)rk, (void)level, (void)facility, (void)line;
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];

    rd_kafka_conf_set_log_cb(conf, silent);
    if (brokers != NULL)
        rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "reader", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(type, conf, reason, sizeof reason);
    ck_assert_msg(rk != NULL, "%s", reason);
    return rk;
}

void cluster_open(struct cluster *cluster, int brokers)
{
    *cluster = (struct cluster){.rk = client(RD_KAFKA_PRODUCER, NULL), .brokers = brokers};
    cluster->mock = rd_kafka_mock_cluster_new(cluster->rk, brokers);
    ck_assert_ptr_nonnull(cluster->mock);
    configure(cluster);
    const struct config *config = &cluster->config;
    const char *topics[] = {config->commands_topic, config->events_created_topic, config->events_rejected_topic,
                            config->dlq_topic};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        rd_kafka_mock_topic_create(cluster->mock, topics[i], CLUSTER_PARTITIONS, 1);
}

void cluster_close(struct cluster *cluster)
{
    config_free(&cluster->config);
    rd_kafka_mock_cluster_destroy(cluster->mock);
    rd_kafka_destroy(cluster->rk);
}

void cluster_fail(struct cluster *cluster, enum api api, rd_kafka_resp_err_t code, int times)
{
    for (int32_t id = 1; id <= cluster->brokers; id++)
        for (int i = 0; i < times; i++)
            rd_kafka_mock_broker_push_request_error_rtts(cluster->mock, id, (int16_t)api, 1, code, 0);
}

size_t cluster_failures_left(struct cluster *cluster, enum api api)
{
    size_t sum = 0;

    for (int32_t id = 1; id <= cluster->brokers; id++) {
        size_t count = 0;
        rd_kafka_mock_broker_error_stack_cnt(cluster->mock, id, (int16_t)api, &count);
        sum += count;
    }
    return sum;
}

void cluster_set_down(struct cluster *cluster, bool is_down)
{
    for (int32_t id = 1; id <= cluster->brokers; id++) {
        if (is_down)
            rd_kafka_mock_broker_set_down(cluster->mock, id);
        else
            rd_kafka_mock_broker_set_up(cluster->mock, id);
    }
}

void cluster_send(struct cluster *cluster, int count)
{
    rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, rd_kafka_mock_cluster_bootstraps(cluster->mock));

    for (int i = 0; i < count; i++) {
        char key[16], value[128];
        int key_len = snprintf(key, sizeof key, "%d", i);
        int len =
            snprintf(value, sizeof value,
                     "{\"command_id\":\"00000000-0000-4000-8000-%012d\",\"group_id\":1,\"study_activity_id\":1}", i);
        rd_kafka_resp_err_t code =
            rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(cluster->config.commands_topic),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_PARTITION(i % CLUSTER_PARTITIONS),
                              RD_KAFKA_V_KEY(key, (size_t)key_len), RD_KAFKA_V_VALUE(value, (size_t)len),
                              RD_KAFKA_V_END);
        ck_assert_int_eq(code, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    ck_assert_int_eq(rd_kafka_flush(rk, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(rk);
}

/* The events have their commands' keys. */
static int key_number(const rd_kafka_message_t *message)
{
    char key[16] = {0};

    ck_assert_uint_lt(message->key_len, sizeof key);
    memcpy(key, message->key, message->key_len);
    long number = strtol(key, NULL, 10);
    ck_assert(number >= 0 && number < COMMANDS_MAX);
    return (int)number;
}

int cluster_answered(struct cluster *cluster, int enough)
{
    static bool seen[COMMANDS_MAX];
    rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster->mock));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(CLUSTER_PARTITIONS);
    int64_t deadline_ms = clock_ms() + ANSWERED_MS;
    int count = 0;

    memset(seen, 0, sizeof seen);
    for (int32_t i = 0; i < CLUSTER_PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, cluster->config.events_created_topic, i)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    while (count < enough && clock_ms() < deadline_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 100);
        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && !seen[key_number(message)]) {
            seen[key_number(message)] = true;
            count++;
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return count;
}
