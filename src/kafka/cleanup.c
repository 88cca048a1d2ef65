#include "kafka/cleanup.h"

#include "kafka/kafka_error.h"
#include "kafka/topic_metadata.h"
#include "runtime/log.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* For one request. The caller looks at the stop flag in between. */
#define REQUEST_MS 5000

static const char setting[] = "cleanup.policy";

/* ---- Topics ------------------------------------------------------------------------------------------------------ */

void cleanup_init(struct cleanup *cleanup, const struct config *config)
{
    struct topic_list topics = topic_list_of(config, TOPIC_COMMANDS, false);

    *cleanup = (struct cleanup){.config = config, .count = topics.count};
    for (size_t i = 0; i < topics.count; i++)
        cleanup->topics[i] = (struct cleanup_topic){.name = topics.list[i].name, .key = topics.list[i].key};
    topic_list_free(&topics);
}

void cleanup_close(struct cleanup *cleanup)
{
    if (cleanup->answers != NULL)
        rd_kafka_queue_destroy(cleanup->answers);
    cleanup->answers = NULL;
}

/* ---- Question and answer ----------------------------------------------------------------------------------------- */

/*
 * Asks any broker, since all can tell. librdkafka would wait for the controller, which not every broker names (its own
 * mock does not).
 */
static void ask(struct cleanup *cleanup, rd_kafka_t *rk, int32_t broker)
{
    rd_kafka_ConfigResource_t *resources[OWN_TOPICS];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    char text[64];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, REQUEST_MS, text, sizeof text);
    (void)rd_kafka_AdminOptions_set_broker(options, broker, text, sizeof text);
    for (size_t i = 0; i < cleanup->count; i++)
        resources[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, cleanup->topics[i].name);
    cleanup->answers = rd_kafka_queue_new(rk);
    rd_kafka_DescribeConfigs(rk, resources, cleanup->count, options, cleanup->answers);
    rd_kafka_ConfigResource_destroy_array(resources, cleanup->count);
    rd_kafka_AdminOptions_destroy(options);
}

static void note_why(struct cleanup *cleanup, rd_kafka_resp_err_t code, const char *text)
{
    snprintf(cleanup->why, sizeof cleanup->why, "%s (%s)", text != NULL ? text : rd_kafka_err2str(code),
             rd_kafka_err2name(code));
}

/* False: no broker has answered yet. */
static bool asked(struct cleanup *cleanup, rd_kafka_t *rk, int timeout_ms)
{
    int32_t broker = -1;

    if (cleanup->answers != NULL)
        return true;
    int code = topic_broker(rk, cleanup->topics[0].name, &broker, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        note_why(cleanup, (rd_kafka_resp_err_t)code, NULL);
    else
        ask(cleanup, rk, broker);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* True when another request would give the same answer. */
static bool refused(struct cleanup *cleanup, rd_kafka_resp_err_t code, const char *text)
{
    struct err err;

    note_why(cleanup, code, text);
    (void)kafka_error_code(&err, KAFKA_CALL_ADMIN, (int)code, setting);
    return err.class == ERR_STOP;
}

/* A list separated by commas, such as "compact,delete". */
static bool compacts(const char *value)
{
    return strstr(value, "compact") != NULL;
}

static void read_entries(struct cleanup_topic *topic, const rd_kafka_ConfigResource_t *resource)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);

    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value != NULL && strcmp(rd_kafka_ConfigEntry_name(entries[i]), setting) == 0)
            topic->policy = compacts(value) ? CLEANUP_COMPACTS : CLEANUP_DELETES;
    }
}

/* False: a broker could not read this one now, but perhaps later. */
static bool read_resource(struct cleanup *cleanup, const rd_kafka_ConfigResource_t *resource)
{
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resource);
    const char *name = rd_kafka_ConfigResource_name(resource);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return refused(cleanup, code, rd_kafka_ConfigResource_error_string(resource));
    for (size_t i = 0; i < cleanup->count; i++)
        if (strcmp(cleanup->topics[i].name, name) == 0)
            read_entries(&cleanup->topics[i], resource);
    return true;
}

static bool read_answer(struct cleanup *cleanup, rd_kafka_event_t *answer)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(answer);
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(answer);
    size_t count = 0;
    bool final = true;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return refused(cleanup, code, rd_kafka_event_error_string(answer));
    const rd_kafka_ConfigResource_t **resources =
        result == NULL ? NULL : rd_kafka_DescribeConfigs_result_resources(result, &count);
    for (size_t i = 0; i < count; i++)
        final = read_resource(cleanup, resources[i]) && final;
    return final;
}

enum progress cleanup_read(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms)
{
    if (!asked(cleanup, rk, timeout_ms))
        return PENDING;
    rd_kafka_event_t *answer = rd_kafka_queue_poll(cleanup->answers, timeout_ms);
    if (answer == NULL)
        return PENDING;
    bool final = read_answer(cleanup, answer);
    rd_kafka_event_destroy(answer);
    cleanup_close(cleanup);
    return final ? DONE : PENDING;
}

/* ---- Verdicts ---------------------------------------------------------------------------------------------------- */

static bool is_key(const struct cleanup_topic *topic, const char *key)
{
    return strcmp(topic->key, key) == 0;
}

bool cleanup_verdict(const struct cleanup *cleanup, const struct cleanup_topic *topic, struct err *err)
{
    bool commands = is_key(topic, "commands.topic");
    bool must_keep = commands || is_key(topic, "dlq.topic");
    char where[CONFIG_SETTING_TEXT];

    if (topic->policy != CLEANUP_COMPACTS)
        return false;
    config_setting(cleanup->config, topic->key, where);
    (void)err_set(
        err, must_keep ? ERR_STOP : ERR_NONE, must_keep ? EXIT_CONFIG : EXIT_DONE, E_TOPIC_07,
        "topic %.249s is compacted: of each key it keeps the last of the %s only%s\n  %.250s\n  fix: kafka-configs.sh "
        "--alter --entity-type topics --entity-name ... --add-config cleanup.policy=delete",
        topic->name,
        commands    ? "commands"
        : must_keep ? "dead letters"
                    : "events",
        commands    ? ", and the others go without an answer"
        : must_keep ? ""
                    : "; that is for views of the present state",
        where);
    return true;
}

bool cleanup_unread(const struct cleanup *cleanup, struct err *err)
{
    char names[400] = "";

    for (size_t i = 0; i < cleanup->count; i++) {
        size_t len = strlen(names);
        if (cleanup->topics[i].policy == CLEANUP_UNREAD)
            snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ", ", cleanup->topics[i].name);
    }
    if (*names == 0)
        return false;
    (void)err_set(err, ERR_NONE, EXIT_DONE, E_TOPIC_08,
                  "cannot see whether these topics are compacted: %s\n  %s\n  fix: allow DESCRIBE_CONFIGS on them, or "
                  "look yourself "
                  "that cleanup.policy of the commands and dead letters is delete",
                  names, *cleanup->why ? cleanup->why : "no broker has said in time");
    return true;
}

bool cleanup_judge(const struct cleanup *cleanup, struct err *err)
{
    struct err finding;

    for (size_t i = 0; i < cleanup->count; i++) {
        if (!cleanup_verdict(cleanup, &cleanup->topics[i], &finding))
            continue;
        if (finding.class == ERR_STOP) {
            *err = finding;
            return false;
        }
        log_err(LOG_WARNING, &finding);
    }
    if (cleanup_unread(cleanup, &finding))
        log_err(LOG_WARNING, &finding);
    return true;
}
