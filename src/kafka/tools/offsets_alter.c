#include "kafka/tools/offsets_alter.h"

#include "kafka/brokers.h"
#include "kafka/kafka_error.h"

#include <librdkafka/rdkafka.h>

/* One request to the brokers and what it needs; plain data of one call. */
struct alter {
    const struct config *config;
    struct brokers brokers;
    int timeout_ms;
    rd_kafka_t *rk;
    rd_kafka_queue_t *answers;
};

static bool open_client(struct alter *alter, struct err *err)
{
    alter->rk = brokers_open(&alter->brokers, alter->config, CLIENT_ADMIN, err);
    if (alter->rk != NULL)
        alter->answers = rd_kafka_queue_new(alter->rk);
    return alter->rk != NULL;
}

/* The error of the whole request, of its one group, or of the one partition. */
static rd_kafka_resp_err_t answer_of(rd_kafka_event_t *event, const char **text)
{
    const rd_kafka_AlterConsumerGroupOffsets_result_t *result = rd_kafka_event_AlterConsumerGroupOffsets_result(event);
    size_t count;

    *text = rd_kafka_event_error_string(event);
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return rd_kafka_event_error(event);
    const rd_kafka_group_result_t *group = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count)[0];
    const rd_kafka_error_t *error = rd_kafka_group_result_error(group);
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(group);
    *text = error == NULL ? NULL : rd_kafka_error_string(error);
    if (error != NULL)
        return rd_kafka_error_code(error);
    return list == NULL || list->cnt == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : list->elems[0].err;
}

static bool altered(const struct alter *alter, rd_kafka_event_t *event, struct err *err)
{
    const char *text;
    rd_kafka_resp_err_t code = answer_of(event, &text);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    if (code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP || code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
        return err_set(err, ERR_RETRY, EXIT_TIMEOUT, E_OFFSETS_01, "the group has members");
    (void)kafka_error_classify(err, KAFKA_CALL_ADMIN, (int)code, KAFKA_FLAG_NONE, text, alter->config->group_id);
    err->class = ERR_STOP;
    return false;
}

static bool await(struct alter *alter, struct err *err)
{
    rd_kafka_event_t *event = brokers_answer(&alter->brokers, alter->rk, alter->answers, alter->timeout_ms, err);
    bool done = event != NULL && altered(alter, event, err);

    if (event != NULL)
        rd_kafka_event_destroy(event);
    return done;
}

static bool ask(struct alter *alter, int32_t partition, int64_t offset, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(alter->rk, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS);
    char text[64];

    rd_kafka_topic_partition_list_add(list, alter->config->commands_topic, partition)->offset = offset;
    rd_kafka_AlterConsumerGroupOffsets_t *question =
        rd_kafka_AlterConsumerGroupOffsets_new(alter->config->group_id, list);
    /* Later than our own time-out, which says who did not answer. */
    (void)rd_kafka_AdminOptions_set_request_timeout(options, alter->timeout_ms + 1000, text, sizeof text);
    rd_kafka_AlterConsumerGroupOffsets(alter->rk, &question, 1, options, alter->answers);
    bool done = await(alter, err);
    rd_kafka_AlterConsumerGroupOffsets_destroy(question);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_topic_partition_list_destroy(list);
    return done;
}

bool offsets_alter(const struct config *config, int32_t partition, int64_t offset, int timeout_ms, struct err *err)
{
    struct alter alter = {.config = config, .timeout_ms = timeout_ms};
    bool done = open_client(&alter, err) && ask(&alter, partition, offset, err);

    if (alter.answers != NULL)
        rd_kafka_queue_destroy(alter.answers);
    if (alter.rk != NULL)
        rd_kafka_destroy(alter.rk);
    return done;
}

bool offsets_session_ms(const struct config *config, int64_t *session_ms, struct err *err)
{
    return client_setting(config, CLIENT_CONSUMER, "session.timeout.ms", session_ms, err);
}
