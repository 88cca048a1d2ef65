/*
 * Which lost answers taint a producer: librdkafka's mock cluster takes a request and closes the connection instead of
 * answering.
 */
#include "kafka/taint.h"

#include "table.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>

/* Kafka protocol guide, "API keys" */
enum {
    PRODUCE = 0,
    FIND_COORDINATOR = 10,
    INIT_PRODUCER_ID = 22,
    ADD_PARTITIONS = 24,
    ADD_OFFSETS = 25,
    END_TXN = 26,
    TXN_OFFSET_COMMIT = 28
};

#define PATIENCE_MS 10000

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk, (void)level, (void)facility, (void)text;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    ck_assert_int_eq(rd_kafka_conf_set(conf, name, value, NULL, 0), RD_KAFKA_CONF_OK);
}

static void done(rd_kafka_error_t *error)
{
    ck_assert_msg(error == NULL, "%s", rd_kafka_error_string(error));
}

/* A first produce to a topic that librdkafka does not know waits a second. */
static rd_kafka_topic_t *warm(rd_kafka_t *rk)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, "events", NULL);
    const rd_kafka_metadata_t *metadata;

    ck_assert_int_eq(rd_kafka_metadata(rk, 0, topic, &metadata, PATIENCE_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_metadata_destroy(metadata);
    return topic;
}

static void send_offsets(rd_kafka_t *rk)
{
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new("group");
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(offsets, "commands", 0)->offset = 1;
    done(rd_kafka_send_offsets_to_transaction(rk, offsets, group, PATIENCE_MS));
    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_consumer_group_metadata_destroy(group);
}

/*
 * One transaction that succeeds in the end, since librdkafka repeats what was not answered. True: it tainted its
 * producer.
 */
static bool tainted_by(int16_t api_key, rd_kafka_resp_err_t answer)
{
    taint_flag tainted;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    set(conf, "transactional.id", "check");
    set(conf, "test.mock.num.brokers", "1");
    set(conf, "reconnect.backoff.ms", "0");
    rd_kafka_conf_set_log_cb(conf, on_log);
    taint_watch(conf, &tainted);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    ck_assert_ptr_nonnull(rk);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(rk);
    rd_kafka_mock_topic_create(cluster, "events", 1, 1);
    rd_kafka_mock_topic_create(cluster, "commands", 1,
                               1); /* newer mock brokers refuse offsets of a topic that they lack */
    rd_kafka_mock_push_request_errors(cluster, api_key, 1, answer);

    rd_kafka_topic_t *topic = warm(rk);
    done(rd_kafka_init_transactions(rk, PATIENCE_MS));
    done(rd_kafka_begin_transaction(rk));
    ck_assert_int_eq(rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, "x", 1, NULL, 0, NULL), 0);
    ck_assert_int_eq(rd_kafka_flush(rk, PATIENCE_MS), 0);
    send_offsets(rk);
    done(rd_kafka_commit_transaction(rk, PATIENCE_MS));
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    return atomic_load(&tainted);
}

START_TEST(a_transactional_request_without_an_answer_taints_the_producer)
{
    static const int16_t keys[] = {PRODUCE, INIT_PRODUCER_ID, ADD_PARTITIONS, ADD_OFFSETS, END_TXN, TXN_OFFSET_COMMIT};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        ck_assert_msg(tainted_by(keys[i], RD_KAFKA_RESP_ERR__TRANSPORT), "API key %d: not tainted", keys[i]);
}
END_TEST

START_TEST(another_request_without_an_answer_does_not)
{
    ck_assert(!tainted_by(FIND_COORDINATOR, RD_KAFKA_RESP_ERR__TRANSPORT));
}
END_TEST

START_TEST(an_error_that_is_an_answer_does_not)
{
    ck_assert(!tainted_by(END_TXN, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("taint");
    TCase *tcase = tcase_create("taint");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_transactional_request_without_an_answer_taints_the_producer);
    tcase_add_test(tcase, another_request_without_an_answer_does_not);
    tcase_add_test(tcase, an_error_that_is_an_answer_does_not);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
