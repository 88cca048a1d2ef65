/* The classifier: tests/kafka/kafka_error.table, and librdkafka's own flags as its mock cluster provokes them. */
#include "kafka/kafka_error.h"

#include "table.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* ---- The table --------------------------------------------------------------------------------------------------- */

static int index_of(const struct table_row *row, const char *word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    ck_abort_msg("%s:%d: %s is not known", row->path, row->line, word);
    return -1;
}

static rd_kafka_resp_err_t code_of(const struct table_row *row, const char *name)
{
    const struct rd_kafka_err_desc *list;
    size_t count;

    rd_kafka_get_err_descs(&list, &count);
    for (size_t i = 0; i < count; i++)
        if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
            return list[i].code;
    ck_abort_msg("%s:%d: librdkafka has no error %s", row->path, row->line, name);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void verdict_text(const struct err *err, char text[16])
{
    static const char *const names[] = {
        [ERR_NONE] = "none",       [ERR_RETRY] = "retry",     [ERR_ABORT] = "abort", [ERR_RENEW] = "renew",
        [ERR_ISOLATE] = "isolate", [ERR_RESTART] = "restart", [ERR_STOP] = "stop",
    };

    if (err->class == ERR_STOP)
        snprintf(text, 16, "stop %d", (int)err->exit_code);
    else
        snprintf(text, 16, "%s", names[err->class]);
}

static void check_rule(const struct table_row *row)
{
    static const char *const calls[] = {"consume", "transaction", "delivery", "admin"};
    static const char *const flags[] = {"-", "abort", "retriable", "fatal"};
    char verdict[16];
    struct err err;

    ck_assert_msg(row->count == 5, "%s:%d: %d cells", row->path, row->line, row->count);
    enum kafka_call call = (enum kafka_call)index_of(row, row->cell[0], calls, 4);
    enum kafka_flag flag = (enum kafka_flag)index_of(row, row->cell[2], flags, 4);
    rd_kafka_resp_err_t code = code_of(row, row->cell[1]);

    ck_assert(!kafka_error_classify(&err, call, (int)code, flag, NULL, "the call"));
    verdict_text(&err, verdict);
    ck_assert_msg(strcmp(verdict, row->cell[3]) == 0, "%s:%d: is %s", row->path, row->line, verdict);
    ck_assert_msg(strcmp(err.code, row->cell[4]) == 0, "%s:%d: is %s", row->path, row->line, err.code);
    ck_assert_msg(strncmp(err.message, "the call: ", 10) == 0, "%s:%d: %s", row->path, row->line, err.message);
}

START_TEST(every_error_has_the_verdict_of_the_table)
{
    table_each("tests/kafka/kafka_error.table", check_rule);
}
END_TEST

START_TEST(every_code_of_librdkafka_has_a_verdict_and_fits_the_message)
{
    const struct rd_kafka_err_desc *list;
    size_t count;

    rd_kafka_get_err_descs(&list, &count);
    for (size_t i = 0; i < count; i++)
        for (int call = KAFKA_CALL_CONSUME; call <= KAFKA_CALL_ADMIN; call++) {
            struct err err = {0};
            kafka_error_code(&err, (enum kafka_call)call, (int)list[i].code, "a call");
            ck_assert_int_ne(err.class, ERR_NONE);
            ck_assert_ptr_nonnull(err.code);
            ck_assert(err.class != ERR_STOP || err.exit_code >= EXIT_DATA);
            ck_assert_uint_lt(strlen(err.message), sizeof err.message - 1);
        }
}
END_TEST

START_TEST(what_the_operator_must_do_is_in_the_message)
{
    struct err err;

    kafka_error_code(&err, KAFKA_CALL_CONSUME, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "orders");
    ck_assert_ptr_nonnull(strstr(err.message, "orders: Broker: Unknown topic or partition (UNKNOWN_TOPIC_OR_PART)"));
    ck_assert_ptr_nonnull(strstr(err.message, "\n  fix: sessiond topics apply"));
}
END_TEST

/* ---- Real error objects ------------------------------------------------------------------------------------------ */

enum { PRODUCE = 0, INIT_PRODUCER_ID = 22, ADD_PARTITIONS = 24, END_TXN = 26, TXN_OFFSET_COMMIT = 28 };

struct fixture {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_topic_t *topic;
    struct err delivery;
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct fixture *fixture = opaque;

    (void)rk;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        kafka_error_code(&fixture->delivery, KAFKA_CALL_DELIVERY, message->err, "a record");
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    (void)level;
    (void)facility;
    (void)text;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    ck_assert_int_eq(rd_kafka_conf_set(conf, name, value, NULL, 0), RD_KAFKA_CONF_OK);
}

static void fixture_open(struct fixture *fixture)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    memset(fixture, 0, sizeof *fixture);
    set(conf, "transactional.id", "check");
    set(conf, "test.mock.num.brokers", "1");
    set(conf, "linger.ms", "0");
    rd_kafka_conf_set_opaque(conf, fixture);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_log_cb(conf, on_log);
    fixture->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    ck_assert_ptr_nonnull(fixture->rk);
    fixture->cluster = rd_kafka_handle_mock_cluster(fixture->rk);
    rd_kafka_mock_topic_create(fixture->cluster, "events", 1, 1);
}

/* A first produce to a topic that librdkafka does not know waits a second. */
static void warm(struct fixture *fixture)
{
    const rd_kafka_metadata_t *metadata;

    fixture->topic = rd_kafka_topic_new(fixture->rk, "events", NULL);
    ck_assert_int_eq(rd_kafka_metadata(fixture->rk, 0, fixture->topic, &metadata, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_metadata_destroy(metadata);
}

static void fixture_begin(struct fixture *fixture)
{
    fixture_open(fixture);
    warm(fixture);
    ck_assert_ptr_null(rd_kafka_init_transactions(fixture->rk, 10000));
    ck_assert_ptr_null(rd_kafka_begin_transaction(fixture->rk));
}

static void produce_and_flush(struct fixture *fixture)
{
    ck_assert_int_eq(rd_kafka_produce(fixture->topic, 0, RD_KAFKA_MSG_F_COPY, "x", 1, NULL, 0, NULL), 0);
    rd_kafka_flush(fixture->rk, 10000);
}

static rd_kafka_error_t *commit_offsets(struct fixture *fixture)
{
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new("group");
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(offsets, "commands", 0)->offset = 1;
    rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(fixture->rk, offsets, group, 10000);
    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_consumer_group_metadata_destroy(group);
    return error;
}

static struct err classified(rd_kafka_error_t *error)
{
    struct err err;

    ck_assert_ptr_nonnull(error);
    ck_assert(!kafka_error_object(&err, KAFKA_CALL_TRANSACTION, error, "a call"));
    return err;
}

static void fixture_close(struct fixture *fixture)
{
    if (fixture->topic != NULL)
        rd_kafka_topic_destroy(fixture->topic);
    rd_kafka_destroy(fixture->rk);
}

START_TEST(a_commit_of_a_fenced_producer_asks_for_a_new_one)
{
    struct fixture fixture;

    fixture_begin(&fixture);
    produce_and_flush(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, END_TXN, 1, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
    struct err err = classified(rd_kafka_commit_transaction(fixture.rk, 10000));
    ck_assert_int_eq(err.class, ERR_RENEW);
    ck_assert_int_eq(err.reason, REASON_FENCED);

    ck_assert(!kafka_error_fatal(&err, KAFKA_CALL_TRANSACTION, fixture.rk, "a callback"));
    ck_assert_int_eq(err.class, ERR_RENEW);
    ck_assert_int_eq(err.reason, REASON_FENCED);
    fixture_close(&fixture);
}
END_TEST

START_TEST(offsets_of_an_old_generation_abort_the_transaction)
{
    struct fixture fixture;

    fixture_begin(&fixture);
    produce_and_flush(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, TXN_OFFSET_COMMIT, 1, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
    ck_assert_int_eq(classified(commit_offsets(&fixture)).class, ERR_ABORT);
    fixture_close(&fixture);
}
END_TEST

START_TEST(offsets_of_an_instance_that_was_replaced_stop)
{
    struct fixture fixture;

    fixture_begin(&fixture);
    produce_and_flush(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, TXN_OFFSET_COMMIT, 1, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
    struct err err = classified(commit_offsets(&fixture));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_FENCED);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_missing_right_to_a_topic_stops_although_librdkafka_would_abort)
{
    struct fixture fixture;

    fixture_begin(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, ADD_PARTITIONS, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    produce_and_flush(&fixture);
    struct err err = classified(rd_kafka_commit_transaction(fixture.rk, 10000));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_missing_right_to_the_transactional_id_stops)
{
    struct fixture fixture;

    fixture_open(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, INIT_PRODUCER_ID, 1,
                                      RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    struct err err = classified(rd_kafka_init_transactions(fixture.rk, 10000));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_broker_that_does_not_answer_is_asked_again)
{
    struct fixture fixture;

    fixture_open(&fixture);
    rd_kafka_mock_broker_set_down(fixture.cluster, 1);
    ck_assert_int_eq(classified(rd_kafka_init_transactions(fixture.rk, 100)).class, ERR_RETRY);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_record_that_its_topic_refuses_for_its_size_is_named)
{
    struct fixture fixture;

    fixture_begin(&fixture);
    rd_kafka_mock_push_request_errors(fixture.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    produce_and_flush(&fixture);
    ck_assert_int_eq(fixture.delivery.class, ERR_ABORT);
    ck_assert_int_eq(fixture.delivery.reason, REASON_TOO_LARGE);
    ck_assert_int_eq(classified(rd_kafka_commit_transaction(fixture.rk, 10000)).class, ERR_ABORT);
    fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka_error");
    TCase *rules = tcase_create("rules");
    TCase *objects = tcase_create("objects");

    tcase_add_test(rules, every_error_has_the_verdict_of_the_table);
    tcase_add_test(rules, every_code_of_librdkafka_has_a_verdict_and_fits_the_message);
    tcase_add_test(rules, what_the_operator_must_do_is_in_the_message);
    suite_add_tcase(suite, rules);

    tcase_set_timeout(objects, 30);
    tcase_add_test(objects, a_commit_of_a_fenced_producer_asks_for_a_new_one);
    tcase_add_test(objects, offsets_of_an_old_generation_abort_the_transaction);
    tcase_add_test(objects, offsets_of_an_instance_that_was_replaced_stop);
    tcase_add_test(objects, a_missing_right_to_a_topic_stops_although_librdkafka_would_abort);
    tcase_add_test(objects, a_missing_right_to_the_transactional_id_stops);
    tcase_add_test(objects, a_broker_that_does_not_answer_is_asked_again);
    tcase_add_test(objects, a_record_that_its_topic_refuses_for_its_size_is_named);
    suite_add_tcase(suite, objects);
    return table_run(suite);
}
