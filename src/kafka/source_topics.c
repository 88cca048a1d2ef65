#include "config/topics.h"
#include "kafka/source_parts.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"

/*
 * The longest try to reach an advertised address. The first try takes as long as the caller says, and the tries double.
 */
#define LEADERS_MAX_MS 1000

/* How often, and for how long, a commands topic is asked for that is said to be missing. */
#define LOOK_EVERY_MS 1000
#define LOOK_MS       250

/*
 * Waits as for the topics themselves, but only for half of startup.timeout.ms: a broker that answers other requests and
 * not this one is no reason not to work.
 */
MUSTUSE static enum progress check_settings(struct source *source, int timeout_ms, struct err *err)
{
    if (source->settings_until_ms == 0)
        source->settings_until_ms = clock_ms() + source->config->startup_timeout_ms / 2;
    enum progress progress = cleanup_read(&source->cleanup, source->rk, patience_begin(&source->topics, timeout_ms));
    patience_end(&source->topics, progress != PENDING);
    if (progress == PENDING && !source_serve(source, 10, err))
        return FAILED;
    if (progress == PENDING && clock_ms() < source->settings_until_ms) {
        (void)err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_KAFKA_DOWN, "the topics' settings: %s\n  %s",
                      source->cleanup.why, source->brokers.setting);
        return PENDING;
    }
    return cleanup_judge(&source->cleanup, err) ? DONE : FAILED;
}

MUSTUSE static enum progress ask_topic(struct source *source, const char *name, int timeout_ms, struct err *err)
{
    enum progress progress = topic_metadata(source->rk, name, NULL, patience_begin(&source->topics, timeout_ms), err);

    patience_end(&source->topics, progress != PENDING);
    return progress;
}

/* An error that waiting may cure, for the caller that waits; and once in a while for the log. */
MUSTUSE static enum progress nobody_answers(struct source *source, struct err *err)
{
    char why[BROKERS_WHY_TEXT];
    bool advertised = brokers_why(&source->brokers, why);

    (void)err_set(err, ERR_RETRY, EXIT_UNREACHABLE, advertised ? E_KAFKA_ADVERTISED : E_KAFKA_DOWN, "%s\n  %s", why,
                  source->brokers.setting);
    if (advertised)
        log_limited(&source->limit, clock_ms(), err->code, "%s", err->message);
    return PENDING;
}

/*
 * The address from the configuration has answered. All further work uses the addresses that the brokers advertise, and
 * the calls that would wait for one (init_transactions, joining the group) do not say so.
 */
MUSTUSE static enum progress reach_leaders(struct source *source, int timeout_ms, struct err *err)
{
    if (advertised_answered(&source->brokers.advertised))
        return DONE;
    if (source->leaders_ms < timeout_ms)
        source->leaders_ms = timeout_ms;
    bool answered = topic_leaders_answer(source->rk, source->config->commands_topic, source->leaders_ms);
    source->leaders_ms = 2 * source->leaders_ms < LEADERS_MAX_MS ? 2 * source->leaders_ms : LEADERS_MAX_MS;
    if (answered || advertised_answered(&source->brokers.advertised))
        return DONE;
    return source_serve(source, 0, err) ? nobody_answers(source, err) : FAILED;
}

enum progress source_check_topics(struct source *source, int timeout_ms, struct err *err)
{
    const struct config *config = source->config;
    char setting[CONFIG_SETTING_TEXT];

    for (enum own_topic topic = 0; topic < OWN_TOPICS; topic++) {
        const char *name = topic_name(config, topic);
        enum progress progress = *name == 0 ? DONE : ask_topic(source, name, timeout_ms, err);
        if (progress == PENDING && !source_serve(source, 0, err))
            return FAILED;
        if (progress == PENDING)
            progress = nobody_answers(source, err);
        if (progress == FAILED) {
            config_setting(config, topic_key(topic), setting);
            err_prefix(err, "%s", setting);
        }
        if (progress != DONE)
            return progress;
    }
    enum progress progress = reach_leaders(source, timeout_ms, err);
    return progress == DONE ? check_settings(source, timeout_ms, err) : progress;
}

/* ---- Later ------------------------------------------------------------------------------------------------------- */

void source_doubt_topic(struct source *source, struct err *err)
{
    source->in_question = source->in_question || err->reason == REASON_NO_TOPIC;
    topic_doubt(source->config->commands_topic, err);
}

/* librdkafka says only once that a topic is missing; whether it stays missing has to be asked. */
bool source_look_for_topic(struct source *source, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (!source->in_question || now_ms - source->looked_ms < LOOK_EVERY_MS)
        return true;
    source->looked_ms = now_ms;
    enum progress progress = ask_topic(source, source->config->commands_topic, LOOK_MS, err);
    source->in_question = progress != DONE;
    return progress != FAILED;
}
