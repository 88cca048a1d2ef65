#include "kafka/brokers.h"

#include "kafka/kafka_error.h"
#include "kafka/patience.h"
#include "kafka/topic_metadata.h"
#include "ops/clock.h"
#include "ops/log.h"
#include "ops/stop.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* How long one question may take at first (kafka/patience.h) before the stop flag is looked at again. */
#define SLICE_MS 250

/* After so long a person wants to know what is being waited for. */
#define PATIENCE_MS 2000

void brokers_init(struct brokers *brokers, const struct config *config, enum client_role role)
{
    brokers->trouble = 0;
    brokers->reason[0] = 0;
    client_brokers(config, role, brokers->setting);
}

void brokers_trouble(struct brokers *brokers, int code, const char *reason)
{
    /* "all brokers are down" follows the reason why; the reason says more. */
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && brokers->trouble != 0)
        return;
    brokers->trouble = code;
    snprintf(brokers->reason, sizeof brokers->reason, "%s", reason);
    /* librdkafka's "(after 0ms in state CONNECT, 1 identical error(s) suppressed)" is for its own log. */
    char *detail = strstr(brokers->reason, " (after ");
    if (detail != NULL)
        *detail = 0;
}

bool brokers_silent(const struct brokers *brokers, int64_t timeout_ms, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_UNREACHABLE, "E-KAFKA-DOWN",
                   "no broker answered within %.3g s%s%s\n  %s\n  fix: start the broker, or name one that runs",
                   (double)timeout_ms / 1000, *brokers->reason ? ": " : "", brokers->reason, brokers->setting);
}

static bool refused(const struct brokers *brokers, struct err *err)
{
    if (brokers->trouble == 0)
        return false;
    kafka_error_classify(err, KAFKA_CALL_ADMIN, brokers->trouble, KAFKA_FLAG_NONE, brokers->reason, brokers->setting);
    return err->class == ERR_STOP;
}

/* Missing is an answer, too. */
static int ask(rd_kafka_t *rk, const char *topic, int timeout_ms, int *partitions)
{
    int code = topic_ask(rk, topic, partitions, timeout_ms);

    if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return code;
    *partitions = 0;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void say_what_is_awaited(const struct brokers *brokers, int64_t waited_ms, bool *said)
{
    if (*said || waited_ms < PATIENCE_MS)
        return;
    *said = true;
    log_info("waiting for a broker: %s%s%s", brokers->setting, *brokers->reason ? ": " : "", brokers->reason);
}

bool brokers_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms, int *partitions,
                   struct err *err)
{
    int64_t started_ms = clock_ms();
    struct patience patience = {0};
    bool said = false;

    for (;;) {
        int64_t waited_ms = clock_ms() - started_ms;
        int64_t left_ms = timeout_ms - waited_ms;

        rd_kafka_poll(rk, 0);
        if (refused(brokers, err))
            return false;
        if (stop_requested())
            return err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted while waiting for a broker");
        if (left_ms <= 0)
            return brokers_silent(brokers, timeout_ms, err);
        say_what_is_awaited(brokers, waited_ms, &said);

        int slice_ms = patience_begin(&patience, SLICE_MS);
        int code = ask(rk, topic, (int)(left_ms < slice_ms ? left_ms : slice_ms), partitions);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        patience_end(&patience, false);
        kafka_error_code(err, KAFKA_CALL_ADMIN, code, topic);
        if (err->class == ERR_STOP)
            return false;
        /* Some failures are answered at once; do not ask in a circle. */
        rd_kafka_poll(rk, 20);
    }
}

bool brokers_need_topic(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int timeout_ms,
                        int *partitions, struct err *err)
{
    if (!brokers_topic(brokers, rk, topic, timeout_ms, partitions, err))
        return false;
    return *partitions > 0 || kafka_error_code(err, KAFKA_CALL_ADMIN, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic);
}
