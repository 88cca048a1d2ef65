#include "kafka/cleanup.h"

#include "kafka/kafka_error.h"
#include "kafka/settings.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* For one request. The caller looks at the stop flag in between. */
#define REQUEST_MS 5000
#define SLICE_MS   250 /* in which a tool waits */

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

/* ---- Request and answer ------------------------------------------------------------------------------------------ */

/*
 * Asks any broker, since all can tell. librdkafka would wait for the controller, which not every broker names (its own
 * mock does not).
 */
static void ask(struct cleanup *cleanup, rd_kafka_t *rk, int32_t broker)
{
    const char *topics[OWN_TOPICS];
    const struct settings_request request = {topics, cleanup->count, broker, .timeout_ms = REQUEST_MS};

    for (size_t i = 0; i < cleanup->count; i++)
        topics[i] = cleanup->topics[i].name;
    cleanup->answers = rd_kafka_queue_new(rk);
    settings_ask(rk, &request, cleanup->answers);
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

struct reading {
    struct cleanup *cleanup;
    bool final; /* another request would give the same answer */
};

static void read_settings(void *target, const struct settings *settings)
{
    struct reading *reading = target;
    struct cleanup *cleanup = reading->cleanup;
    const char *value = settings_value(settings, setting);

    if (settings->code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        reading->final = refused(cleanup, (rd_kafka_resp_err_t)settings->code, settings->text) && reading->final;
        return;
    }
    for (size_t i = 0; i < cleanup->count && value != NULL; i++)
        if (strcmp(cleanup->topics[i].name, settings->name) == 0)
            cleanup->topics[i].policy = compacts(value) ? CLEANUP_COMPACTS : CLEANUP_DELETES;
}

enum progress cleanup_read(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms)
{
    if (!asked(cleanup, rk, timeout_ms))
        return PENDING;
    rd_kafka_event_t *answer = rd_kafka_queue_poll(cleanup->answers, timeout_ms);
    if (answer == NULL)
        return PENDING;
    struct reading reading = {cleanup, true};
    settings_each(answer, read_settings, &reading);
    rd_kafka_event_destroy(answer);
    cleanup_close(cleanup);
    return reading.final ? DONE : PENDING;
}

bool cleanup_await(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms, struct err *err)
{
    int64_t deadline_ms = clock_ms() + timeout_ms;
    bool stopped = false;

    while (cleanup_read(cleanup, rk, SLICE_MS) == PENDING && clock_ms() < deadline_ms && !stopped) {
        stopped = stop_requested();
        rd_kafka_poll(rk, 20);
    }
    cleanup_close(cleanup);
    return !stopped || err_interrupted(err, "waiting for a broker");
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
