#include "kafka/tools/survey.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/settings.h"
#include "kafka/tools/ends.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

struct survey {
    struct brokers brokers;
    const struct config *config;
    int timeout_ms;
    rd_kafka_t *rk;
    struct survey_topic *topics; /* owned */
    size_t count;
    struct survey_broker broker;
    struct cleanup cleanup;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static void name_topics(struct survey *survey, const struct config *config)
{
    struct topic_list topics = topic_list_of(config, TOPIC_COMMANDS, true);

    survey->count = topics.count;
    survey->topics = memory_zeroed(topics.count, sizeof *survey->topics);
    for (size_t i = 0; i < topics.count; i++)
        survey->topics[i] = (struct survey_topic){
            .name = topics.list[i].name,
            .key = topics.list[i].key,
            .min_isr = SURVEY_UNREAD,
            .max_message_bytes = SURVEY_UNREAD,
            .retention_ms = SURVEY_UNREAD,
            .retention_bytes = SURVEY_UNREAD,
            .future_records = -1,
        };
    topic_list_free(&topics);
}

struct survey *survey_open(const struct config *config, int timeout_ms, struct err *err)
{
    struct survey *survey = memory_zeroed(1, sizeof *survey);

    survey->config = config;
    survey->timeout_ms = timeout_ms;
    name_topics(survey, config);
    cleanup_init(&survey->cleanup, config);
    survey->rk = brokers_open(&survey->brokers, config, CLIENT_ADMIN, err);
    if (survey->rk != NULL)
        return survey;
    survey_close(survey);
    return NULL;
}

void survey_close(struct survey *survey)
{
    if (survey == NULL)
        return;
    cleanup_close(&survey->cleanup);
    if (survey->rk != NULL)
        rd_kafka_destroy(survey->rk);
    free(survey->topics);
    free(survey);
}

size_t survey_count(const struct survey *survey)
{
    return survey->count;
}

const struct survey_topic *survey_topic(const struct survey *survey, size_t index)
{
    return &survey->topics[index];
}

const struct survey_broker *survey_broker(const struct survey *survey)
{
    return &survey->broker;
}

const struct cleanup *survey_cleanup(const struct survey *survey)
{
    return &survey->cleanup;
}

/* ---- Where the partitions are ------------------------------------------------------------------------------------- */

static void take_partitions(struct survey_topic *topic, const rd_kafka_metadata_topic_t *answer)
{
    topic->partitions = answer->partition_cnt;
    for (int i = 0; i < answer->partition_cnt; i++) {
        const rd_kafka_metadata_partition_t *partition = &answer->partitions[i];
        int in_sync = partition->leader < 0 ? 0 : partition->isr_cnt;
        if (i == 0 || partition->replica_cnt < topic->replicas)
            topic->replicas = partition->replica_cnt;
        if (i == 0 || in_sync < topic->least_in_sync)
            topic->least_in_sync = in_sync;
    }
}

static rd_kafka_resp_err_t ask_partitions(struct survey *survey, struct survey_topic *topic, int timeout_ms)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(survey->rk, topic->name, NULL);
    if (handle == NULL)
        return rd_kafka_last_error();

    rd_kafka_resp_err_t code = rd_kafka_metadata(survey->rk, 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    survey->broker.brokers = metadata->broker_cnt;
    code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        take_partitions(topic, &metadata->topics[0]);
    rd_kafka_metadata_destroy(metadata);
    return code;
}

/* A topic that is missing or hidden has that in its `err`; every other error that stops is about all topics. */
static bool is_about_it(const struct err *err)
{
    return err->class == ERR_STOP && err->reason != REASON_LOGIN;
}

static bool read_topic(struct survey *survey, struct survey_topic *topic, struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(survey->timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(&survey->brokers, survey->rk, &wait, err)) > 0) {
        rd_kafka_resp_err_t code = ask_partitions(survey, topic, slice_ms);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        /* A partition without a leader, for a moment or for good, shows in the number of replicas in sync. */
        if (code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE && topic->partitions > 0)
            return true;
        (void)kafka_error_code(err, KAFKA_CALL_ADMIN, (int)code, topic->name);
        if (is_about_it(err)) {
            topic->err = *err;
            return true;
        }
        if (err->class == ERR_STOP)
            return false;
        rd_kafka_poll(survey->rk, 20);
    }
    return false;
}

/* ---- Settings ----------------------------------------------------------------------------------------------------- */

struct number {
    const char *name;
    size_t offset; /* of an int64_t in the structure */
};

static const struct number topic_numbers[] = {
    {"min.insync.replicas", offsetof(struct survey_topic, min_isr)          },
    {"max.message.bytes",   offsetof(struct survey_topic, max_message_bytes)},
    {"retention.ms",        offsetof(struct survey_topic, retention_ms)     },
    {"retention.bytes",     offsetof(struct survey_topic, retention_bytes)  },
};

static const struct number broker_numbers[] = {
    {"transaction.max.timeout.ms",               offsetof(struct survey_broker, transaction_max_ms)       },
    {"group.min.session.timeout.ms",             offsetof(struct survey_broker, session_min_ms)           },
    {"group.max.session.timeout.ms",             offsetof(struct survey_broker, session_max_ms)           },
    {"transaction.state.log.replication.factor", offsetof(struct survey_broker, transaction_log_replicas) },
    {"transaction.state.log.min.isr",            offsetof(struct survey_broker, transaction_log_min_isr)  },
    {"offsets.topic.replication.factor",         offsetof(struct survey_broker, offsets_replicas)         },
    {"offsets.retention.minutes",                offsetof(struct survey_broker, offsets_retention_minutes)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void forget_numbers(const struct number *numbers, size_t count, void *target)
{
    for (size_t i = 0; i < count; i++)
        memcpy((char *)target + numbers[i].offset, &(int64_t){SURVEY_UNREAD}, sizeof(int64_t));
}

static void take_numbers(const struct number *numbers, size_t count, const struct settings *settings, void *target)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = settings_value(settings, numbers[i].name);
        if (value != NULL)
            memcpy((char *)target + numbers[i].offset, &(int64_t){strtoll(value, NULL, 10)}, sizeof(int64_t));
    }
}

/* cleanup_unread names the topics whose settings may not be read, all in one message. */
static void take_settings(void *target, const struct settings *settings)
{
    struct survey *survey = target;
    struct survey_broker *broker = &survey->broker;

    if (settings->name == NULL)
        snprintf(broker->why, sizeof broker->why, "%s", settings->text);
    else if (settings->of_broker && settings->code != RD_KAFKA_RESP_ERR_NO_ERROR)
        snprintf(broker->why, sizeof broker->why, "%s (%s)", settings->text,
                 rd_kafka_err2name((rd_kafka_resp_err_t)settings->code));
    else if (settings->of_broker)
        take_numbers(broker_numbers, COUNT(broker_numbers), settings, broker);
    else
        for (size_t i = 0; i < survey->count; i++)
            if (strcmp(survey->topics[i].name, settings->name) == 0)
                take_numbers(topic_numbers, COUNT(topic_numbers), settings, &survey->topics[i]);
}

static void ask_settings(struct survey *survey, int32_t broker, rd_kafka_queue_t *answers)
{
    const char **topics = memory_zeroed(survey->count, sizeof *topics);
    struct settings_request request = {topics, 0, broker, .of_broker = true, .timeout_ms = survey->timeout_ms + 1000};

    for (size_t i = 0; i < survey->count; i++)
        if (survey->topics[i].err.class == ERR_NONE)
            topics[request.count++] = survey->topics[i].name;
    settings_ask(survey->rk, &request, answers);
    free(topics);
}

static bool read_settings(struct survey *survey, struct err *err)
{
    int32_t broker = -1;

    if (topic_broker(survey->rk, survey->topics[0].name, &broker, survey->timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return brokers_silent(&survey->brokers, survey->timeout_ms, err);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(survey->rk);
    ask_settings(survey, broker, answers);
    rd_kafka_event_t *answer = brokers_answer(&survey->brokers, survey->rk, answers, survey->timeout_ms, err);
    if (answer != NULL) {
        settings_each(answer, take_settings, survey);
        rd_kafka_event_destroy(answer);
    }
    rd_kafka_queue_destroy(answers);
    return answer != NULL;
}

/* Topics that cannot be seen have no settings to read. */
static bool read_cleanup(struct survey *survey, struct err *err)
{
    struct cleanup *cleanup = &survey->cleanup;
    size_t kept = 0;

    for (size_t i = 0; i < cleanup->count; i++)
        for (size_t k = 0; k < survey->count; k++)
            if (survey->topics[k].name == cleanup->topics[i].name && survey->topics[k].err.class == ERR_NONE)
                cleanup->topics[kept++] = cleanup->topics[i];
    cleanup->count = kept;
    return kept == 0 || cleanup_await(cleanup, survey->rk, survey->timeout_ms, err);
}

/* ---- Records of the future ---------------------------------------------------------------------------------------- */

/* Errors are not reported here: a topic that may not be read is reported elsewhere. */
static void look_ahead(struct survey *survey, struct survey_topic *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(topic->partitions);
    struct err ignored;

    for (int32_t i = 0; i < topic->partitions; i++)
        rd_kafka_topic_partition_list_add(list, topic->name, i)->offset = clock_utc_us() / 1000 + SURVEY_FUTURE_MS;
    if (ends_ask(&survey->brokers, survey->rk, list, survey->timeout_ms, &ignored)) {
        topic->future_records = 0;
        for (int i = 0; i < list->cnt; i++)
            topic->future_records += list->elems[i].offset >= 0;
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

bool survey_read(struct survey *survey, struct err *err)
{
    forget_numbers(broker_numbers, COUNT(broker_numbers), &survey->broker);
    for (size_t i = 0; i < survey->count; i++)
        if (!read_topic(survey, &survey->topics[i], err))
            return false;
    if (!read_settings(survey, err) || !read_cleanup(survey, err))
        return false;
    for (size_t i = 0; i < survey->count; i++)
        if (survey->topics[i].err.class == ERR_NONE && survey->topics[i].least_in_sync > 0)
            look_ahead(survey, &survey->topics[i]);
    return true;
}

enum survey_copies survey_copies(int64_t replicas, int64_t min_isr)
{
    if (min_isr != SURVEY_UNREAD && min_isr > replicas)
        return COPIES_TOO_FEW;
    if (replicas == 1)
        return COPIES_ONE;
    if (min_isr == SURVEY_UNREAD)
        return COPIES_UNKNOWN;
    if (min_isr == replicas)
        return COPIES_NO_SLACK;
    return min_isr <= 1 ? COPIES_THIN : COPIES_GOOD;
}
