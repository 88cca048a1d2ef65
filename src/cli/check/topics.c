/* Finds what is wrong with the topics, from what the brokers say of them. */
#include "cli/check/steps.h"

#include "kafka/client.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))

/* An event has less than 4 KiB besides what it takes from its command, and a batch of one record has 70 bytes of its own. */
#define EVENT_BYTES 4608

/* Room for the headers that name a dead letter's origin, and for the batch around it. */
#define LETTER_BYTES 2048

/* Writes "dlq.topic = x (file:12)", or for a topic out of a list the key and its name. */
static void where_of(const struct check *check, const struct survey_topic *topic, char text[static CONFIG_SETTING_TEXT])
{
    if (strcmp(topic->key, "events.reply.topics") == 0)
        snprintf(text, CONFIG_SETTING_TEXT, "events.reply.topics, %s", topic->name);
    else
        config_setting(check->config, topic->key, text);
}

/* Writes the kafka-configs.sh command that sets it. */
static void fix_setting(const struct survey_topic *topic, const char *setting, char fix[static 512])
{
    snprintf(fix, 512, "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s", topic->name,
             setting);
}

static const struct survey_topic *find_topic(const struct survey *survey, const char *key)
{
    for (size_t i = 0; i < survey_count(survey); i++)
        if (strcmp(survey_topic(survey, i)->key, key) == 0)
            return survey_topic(survey, i);
    return NULL;
}

static bool is_key(const struct survey_topic *topic, const char *key)
{
    return strcmp(topic->key, key) == 0;
}

static bool holds_events(const struct survey_topic *topic)
{
    return !is_key(topic, "commands.topic") && !is_key(topic, "dlq.topic");
}

/* ---- Copies ------------------------------------------------------------------------------------------------------- */

static void judge_copies(struct check *check, const struct survey_topic *topic, const char *where)
{
    char fix[512];

    switch (survey_copies(topic->replicas, topic->min_isr)) {
    case COPIES_GOOD:
    case COPIES_UNKNOWN: break;
    case COPIES_ONE:
        check_add(check->findings, CHECK_REPLICAS, where,
                  "spread it over three brokers with kafka-reassign-partitions.sh; for new topics set "
                  "topics.replication.factor=3",
                  "topic %s has one replica: while its broker is down it has no leader, and that broker's disk has the "
                  "only copy",
                  topic->name);
        break;
    case COPIES_NO_SLACK:
        fix_setting(topic, "min.insync.replicas=NUMBER, one below the replicas", fix);
        check_add(check->findings, CHECK_ISR_SLACK, where, fix,
                  "topic %s has %d replicas and min.insync.replicas=%" PRId64 ": one broker down stops all writes",
                  topic->name, topic->replicas, topic->min_isr);
        break;
    case COPIES_THIN:
        fix_setting(topic, "min.insync.replicas=2", fix);
        check_add(check->findings, CHECK_ISR_LOW, where, fix,
                  "topic %s has min.insync.replicas=1: a record that one broker has alone counts as safe", topic->name);
        break;
    case COPIES_TOO_FEW:
        fix_setting(topic, "min.insync.replicas=NUMBER, below the replicas", fix);
        check_add(check->findings, CHECK_ISR_HIGH, where, fix,
                  "topic %s has %d replicas and min.insync.replicas=%" PRId64 ": nothing can be written to it",
                  topic->name, topic->replicas, topic->min_isr);
        break;
    }
}

static void judge_state(struct check *check, const struct survey_topic *topic, const char *where)
{
    int64_t wanted = topic->min_isr == SURVEY_UNREAD || is_key(topic, "commands.topic") ? 1 : topic->min_isr;

    if (topic->least_in_sync < wanted && topic->replicas >= wanted)
        check_add(check->findings, CHECK_PARTITION_DOWN, where,
                  "start the brokers that are down; kafka-topics.sh --describe --under-min-isr-partitions lists such "
                  "partitions",
                  "a partition of %s has %d replicas in sync, and needs %" PRId64, topic->name, topic->least_in_sync,
                  wanted);
}

/* ---- Partitions --------------------------------------------------------------------------------------------------- */

static void judge_partitions(struct check *check, const struct survey *survey, const struct survey_topic *topic,
                             const char *where)
{
    const struct survey_topic *commands = find_topic(survey, "commands.topic");

    if (is_key(topic, "commands.topic") && topic->partitions != check->config->topics_partitions) {
        struct err err;
        (void)err_set(&err, ERR_NONE, EXIT_DONE, E_TOPIC_06, "topic %s has %d partitions, and topics.partitions is %d",
                      topic->name, topic->partitions, (int)check->config->topics_partitions);
        check_add_err(check->findings, CHECK_INFO, &err, where,
                      "set topics.partitions to what is meant; partitions that are added move keys");
    }
    if (holds_events(topic) && commands != NULL && commands->err.class == ERR_NONE &&
        topic->partitions != commands->partitions)
        check_add(check->findings, CHECK_PARTITIONS, where,
                  "leave it, unless a consumer joins both by key; then give both the same number, while they are empty",
                  "topic %s has %d partitions, and the commands topic has %d", topic->name, topic->partitions,
                  commands->partitions);
}

/* ---- Sizes -------------------------------------------------------------------------------------------------------- */

static void judge_event_size(struct check *check, const struct survey_topic *topic, const char *where)
{
    int64_t largest = check->config->commands_max_bytes + EVENT_BYTES;
    char setting[64];
    char fix[512];

    snprintf(setting, sizeof setting, "max.message.bytes=%" PRId64, largest);
    fix_setting(topic, setting, fix);
    if (topic->max_message_bytes < EVENT_BYTES)
        check_add(check->findings, CHECK_EVENT_SIZE, where, fix,
                  "topic %s takes records of %" PRId64
                  " bytes at most, and an event may have %d: the worker stops at such an event",
                  topic->name, topic->max_message_bytes, EVENT_BYTES);
    else if (topic->max_message_bytes < largest)
        check_add(check->findings, CHECK_ECHO_SIZE, where, fix,
                  "topic %s takes records of %" PRId64
                  " bytes at most: the event of a command with a large key or echoed headers is sent without them",
                  topic->name, topic->max_message_bytes);
}

static void judge_letter_size(struct check *check, const struct survey *survey, const struct survey_topic *topic,
                              const char *where)
{
    const struct survey_topic *commands = find_topic(survey, "commands.topic");
    char setting[64];
    char fix[512];

    if (commands == NULL || commands->max_message_bytes == SURVEY_UNREAD ||
        topic->max_message_bytes >= commands->max_message_bytes)
        return;
    snprintf(setting, sizeof setting, "max.message.bytes=%" PRId64, commands->max_message_bytes + LETTER_BYTES);
    fix_setting(topic, setting, fix);
    check_add(check->findings, CHECK_DLQ_SIZE, where, fix,
              "topic %s takes records of %" PRId64 " bytes at most, and the commands topic %" PRId64
              ": copies of larger records are cut, and cannot be redriven",
              topic->name, topic->max_message_bytes, commands->max_message_bytes);
}

static void judge_command_size(struct check *check, const struct survey_topic *topic, const char *where)
{
    int64_t receive;
    struct err err;

    if (!client_setting(check->config, CLIENT_CONSUMER, "receive.message.max.bytes", &receive, &err) ||
        topic->max_message_bytes < receive)
        return;
    (void)err_set(&err, ERR_STOP, EXIT_CONFIG, E_INPUT_SIZE,
                  "topic %s takes records of %" PRId64 " bytes, and receive.message.max.bytes is %" PRId64
                  ": the first such record stops the worker",
                  topic->name, topic->max_message_bytes, receive);
    check_add_err(check->findings, CHECK_ERROR, &err, where,
                  "raise kafka.consumer.receive.message.max.bytes above the topic's max.message.bytes");
}

static void judge_size(struct check *check, const struct survey *survey, const struct survey_topic *topic,
                       const char *where)
{
    if (topic->max_message_bytes == SURVEY_UNREAD)
        return;
    if (is_key(topic, "commands.topic"))
        judge_command_size(check, topic, where);
    else if (is_key(topic, "dlq.topic"))
        judge_letter_size(check, survey, topic, where);
    else
        judge_event_size(check, topic, where);
}

/* ---- Time --------------------------------------------------------------------------------------------------------- */

static void judge_retention(struct check *check, const struct survey_topic *topic, const char *where)
{
    char fix[512];

    if (!is_key(topic, "commands.topic") || topic->retention_ms == SURVEY_UNREAD)
        return;
    fix_setting(topic, "retention.ms=604800000,retention.bytes=-1", fix);
    check->facts.commands_kept_ms = topic->retention_ms;
    if (topic->retention_ms >= 0 && topic->retention_ms < DAY_MS)
        check_add(
            check->findings, CHECK_RETENTION, where, fix,
            "topic %s keeps records for %.3g h: an outage that is longer loses commands, and the worker stops (65)",
            topic->name, (double)topic->retention_ms / 3600000);
    else if (topic->retention_bytes != SURVEY_UNREAD && topic->retention_bytes >= 0)
        check_add(check->findings, CHECK_RETENTION, where, fix,
                  "topic %s keeps %" PRId64
                  " bytes of a partition, however soon they are reached: commands that wait go "
                  "with them, and the worker stops (65)",
                  topic->name, topic->retention_bytes);
}

static void judge_future(struct check *check, const struct survey_topic *topic, const char *where)
{
    if (topic->future_records <= 0)
        return;
    check_add(check->findings, CHECK_FUTURE, where,
              "set the clocks of producers, brokers and this host (NTP): latencies, times and retention rest on them",
              "topic %s has records dated more than %d s after this host's time, in %" PRId64 " partitions",
              topic->name, SURVEY_FUTURE_MS / 1000, topic->future_records);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

static void judge_topic(struct check *check, const struct survey *survey, const struct survey_topic *topic)
{
    char where[CONFIG_SETTING_TEXT];

    where_of(check, topic, where);
    if (topic->err.class != ERR_NONE && strcmp(topic->err.code, E_KAFKA_ACL_TOPIC) == 0) {
        check_lacking(check, topic->err.code, where, is_key(topic, "commands.topic") ? "Read" : "Write", "topic",
                      topic->name);
        return;
    }
    if (topic->err.class != ERR_NONE) {
        check_add_err(check->findings, CHECK_ERROR, &topic->err, where, CHECK_SEE_PAGE);
        return;
    }
    judge_copies(check, topic, where);
    judge_state(check, topic, where);
    judge_partitions(check, survey, topic, where);
    judge_size(check, survey, topic, where);
    judge_retention(check, topic, where);
    judge_future(check, topic, where);
}

/* Uses the functions by which the worker judges compaction when it starts. */
static void judge_cleanup(struct check *check, const struct cleanup *cleanup)
{
    struct err err;

    for (size_t i = 0; i < cleanup->count; i++)
        if (cleanup_verdict(cleanup, &cleanup->topics[i], &err))
            check_add_err(check->findings, err.class == ERR_STOP ? CHECK_ERROR : CHECK_WARNING, &err,
                          cleanup->topics[i].key, CHECK_SEE_PAGE);
    if (cleanup_unread(cleanup, &err))
        check_add_err(check->findings, CHECK_WARNING, &err, "the ACLs of the topics", CHECK_SEE_PAGE);
}

void check_topics(struct check *check, const struct survey *survey)
{
    for (size_t i = 0; i < survey_count(survey); i++)
        judge_topic(check, survey, survey_topic(survey, i));
    judge_cleanup(check, survey_cleanup(survey));
}
