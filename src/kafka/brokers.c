#include "kafka/brokers.h"

#include "kafka/kafka_error.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* How long a request may take before the stop flag is looked at again: the first one, and at most each that follows. */
#define SLICE_MS     250
#define SLICE_MAX_MS 1000

/* After this time a person wants to know what is being waited for. */
#define PATIENCE_MS 2000

void brokers_init(struct brokers *brokers, const struct config *config, enum client_role role)
{
    advertised_init(&brokers->advertised);
    brokers->trouble = 0;
    brokers->reason[0] = 0;
    client_brokers(config, role, brokers->setting);
}

void brokers_watch(struct brokers *brokers, struct rd_kafka_conf_s *conf)
{
    advertised_watch(&brokers->advertised, conf);
}

void brokers_trouble(struct brokers *brokers, int code, const char *reason)
{
    /* "all brokers are down" comes after the actual reason, which says more. */
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && brokers->trouble != 0)
        return;
    brokers->trouble = code;
    snprintf(brokers->reason, sizeof brokers->reason, "%s", reason);
    /* librdkafka adds "(after 0ms in state CONNECT, 1 identical error(s) suppressed)" for its own log. */
    char *detail = strstr(brokers->reason, " (after ");
    if (detail != NULL)
        *detail = 0;
}

/* Runs inside rd_kafka_poll(), on the caller's thread. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    (void)rk;
    brokers_trouble(opaque, code, reason);
}

struct rd_kafka_s *brokers_client(struct brokers *brokers, struct rd_kafka_conf_s *conf, enum client_role role,
                                  struct err *err)
{
    rd_kafka_conf_set_opaque(conf, brokers);
    rd_kafka_conf_set_error_cb(conf, on_error);
    brokers_watch(brokers, conf);
    return client_new(conf, role, err);
}

struct rd_kafka_s *brokers_open(struct brokers *brokers, const struct config *config, enum client_role role,
                                struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, role, err);

    brokers_init(brokers, config, role);
    return conf == NULL ? NULL : brokers_client(brokers, conf, role, err);
}

bool brokers_why(struct brokers *brokers, char text[static BROKERS_WHY_TEXT])
{
    struct advertised_pair pair;

    if (!advertised_silent(&brokers->advertised, clock_ms(), &pair)) {
        snprintf(text, BROKERS_WHY_TEXT, "%s", brokers->reason);
        return false;
    }
    bool about_it = strstr(brokers->reason, pair.silent) != NULL;
    snprintf(text, BROKERS_WHY_TEXT,
             "broker %s answers, but it tells clients to use %s (advertised.listeners), and that does not answer%s%s",
             pair.answers, pair.silent, about_it ? ": " : "", about_it ? brokers->reason : "");
    return true;
}

bool brokers_silent(struct brokers *brokers, int64_t timeout_ms, struct err *err)
{
    char why[BROKERS_WHY_TEXT];

    if (brokers_why(brokers, why))
        return err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_KAFKA_ADVERTISED,
                       "%s\n  %s\n  fix: set the broker's advertised.listeners to an address that this host can reach, "
                       "or run this where it is reached",
                       why, brokers->setting);
    return err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_KAFKA_DOWN,
                   "no broker answered within %.3g s%s%s\n  %s\n  fix: start the broker, or name one that runs",
                   (double)timeout_ms / 1000, *why ? ": " : "", why, brokers->setting);
}

static bool refused(const struct brokers *brokers, struct err *err)
{
    if (brokers->trouble == 0)
        return false;
    kafka_error_classify(err, KAFKA_CALL_ADMIN, brokers->trouble, KAFKA_FLAG_NONE, brokers->reason, brokers->setting);
    return err->class == ERR_STOP;
}

/* That the topic is missing counts as an answer. */
static int ask(rd_kafka_t *rk, const char *topic, int timeout_ms, int *partitions)
{
    int code = topic_ask(rk, topic, partitions, timeout_ms);

    if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return code;
    *partitions = 0;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void say_what_is_awaited(struct brokers *brokers, int64_t waited_ms, bool *said)
{
    char why[BROKERS_WHY_TEXT];

    if (*said || waited_ms < PATIENCE_MS)
        return;
    *said = true;
    (void)brokers_why(brokers, why);
    log_info("waiting for a broker: %s%s%s", brokers->setting, *why ? ": " : "", why);
}

struct brokers_wait brokers_wait_for(int timeout_ms)
{
    return (struct brokers_wait){.started_ms = clock_ms(), .timeout_ms = timeout_ms, .slice_ms = SLICE_MS / 2};
}

int brokers_wait_next(struct brokers *brokers, struct rd_kafka_s *rk, struct brokers_wait *wait, struct err *err)
{
    int64_t waited_ms = clock_ms() - wait->started_ms;
    int64_t left_ms = wait->timeout_ms - waited_ms;

    rd_kafka_poll(rk, 0);
    if (refused(brokers, err))
        return 0;
    if (stop_requested())
        (void)err_interrupted(err, "waiting for a broker");
    else if (left_ms <= 0)
        (void)brokers_silent(brokers, wait->timeout_ms, err);
    if (stop_requested() || left_ms <= 0)
        return 0;
    say_what_is_awaited(brokers, waited_ms, &wait->said);
    wait->slice_ms = 2 * wait->slice_ms < SLICE_MAX_MS ? 2 * wait->slice_ms : SLICE_MAX_MS;
    return (int)(left_ms < wait->slice_ms ? left_ms : wait->slice_ms);
}

struct rd_kafka_op_s *brokers_answer(struct brokers *brokers, struct rd_kafka_s *rk, struct rd_kafka_queue_s *answers,
                                     int timeout_ms, struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    rd_kafka_event_t *answer = NULL;
    int slice_ms;

    while (answer == NULL && (slice_ms = brokers_wait_next(brokers, rk, &wait, err)) > 0)
        answer = rd_kafka_queue_poll(answers, slice_ms);
    return answer;
}

bool brokers_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms, int *partitions,
                   struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(brokers, rk, &wait, err)) > 0) {
        int code = ask(rk, topic, slice_ms, partitions);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        kafka_error_code(err, KAFKA_CALL_ADMIN, code, topic);
        if (err->class == ERR_STOP)
            return false;
        /* Some failures come at once; this keeps the loop from spinning. */
        rd_kafka_poll(rk, 20);
    }
    return false;
}

bool brokers_need_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                        int *partitions, struct err *err)
{
    if (!brokers_topic(brokers, rk, topic, timeout_ms, partitions, err))
        return false;
    return *partitions > 0 || kafka_error_code(err, KAFKA_CALL_ADMIN, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic);
}
