/* Compares our timeouts with what the brokers allow, and looks at how they keep transactions and offsets. */
#include "cli/check/steps.h"

#include "kafka/client.h"

#include <inttypes.h>

#define DAY_MINUTES (24 * 60)

static bool known(int64_t value)
{
    return value != SURVEY_UNREAD;
}

static void judge_transaction(struct check *check, const struct survey_broker *broker)
{
    int64_t timeout_ms;
    struct err err;

    if (check->config->events_delivery != DELIVERY_EXACTLY_ONCE || !known(broker->transaction_max_ms) ||
        !client_setting(check->config, CLIENT_PRODUCER, "transaction.timeout.ms", &timeout_ms, &err) ||
        timeout_ms <= broker->transaction_max_ms)
        return;
    (void)err_set(&err, ERR_STOP, EXIT_CONFIG, E_KAFKA_TIMEOUT,
                  "transaction.timeout.ms is %" PRId64 ", and the broker's transaction.max.timeout.ms is %" PRId64,
                  timeout_ms, broker->transaction_max_ms);
    check_add_err(check->findings, CHECK_ERROR, &err, "kafka.producer.transaction.timeout.ms",
                  "keep kafka.producer.transaction.timeout.ms within the broker's transaction.max.timeout.ms");
}

static void judge_session(struct check *check, const struct survey_broker *broker)
{
    int64_t session_ms;
    struct err err;

    if (!client_setting(check->config, CLIENT_CONSUMER, "session.timeout.ms", &session_ms, &err))
        return;
    bool short_one = known(broker->session_min_ms) && session_ms < broker->session_min_ms;
    bool long_one = known(broker->session_max_ms) && session_ms > broker->session_max_ms;
    if (!short_one && !long_one)
        return;
    (void)err_set(&err, ERR_STOP, EXIT_CONFIG, E_KAFKA_SESSION,
                  "session.timeout.ms is %" PRId64 ", and the broker's group.%s.session.timeout.ms is %" PRId64,
                  session_ms, short_one ? "min" : "max", short_one ? broker->session_min_ms : broker->session_max_ms);
    check_add_err(check->findings, CHECK_ERROR, &err, "kafka.consumer.session.timeout.ms",
                  "keep kafka.consumer.session.timeout.ms within the broker's group.min/max.session.timeout.ms");
}

static void judge_state_topics(struct check *check, const struct survey_broker *broker)
{
    static const char fix[] = "set transaction.state.log.* and offsets.topic.replication.factor on the brokers, and "
                              "change the topics that exist with kafka-reassign-partitions.sh";

    if (known(broker->transaction_log_replicas) &&
        survey_copies(broker->transaction_log_replicas, broker->transaction_log_min_isr) == COPIES_TOO_FEW)
        check_add(check->findings, CHECK_ISR_HIGH, "the brokers", fix,
                  "transaction.state.log.min.isr is %" PRId64 ", and that topic has %" PRId64
                  " replicas: no transaction can be kept",
                  broker->transaction_log_min_isr, broker->transaction_log_replicas);
    if (broker->brokers > 1 && (broker->transaction_log_replicas == 1 || broker->offsets_replicas == 1))
        check_add(check->findings, CHECK_STATE_REPLICAS, "the brokers", fix,
                  "one of the %d brokers alone keeps the state of a transaction, or the offsets of a group",
                  broker->brokers);
}

static void judge_offsets(struct check *check, const struct survey_broker *broker)
{
    if (known(broker->offsets_retention_minutes) && broker->offsets_retention_minutes < DAY_MINUTES)
        check_add(check->findings, CHECK_OFFSETS_KEPT, "the brokers",
                  "set offsets.retention.minutes=10080 on the brokers",
                  "a group without members loses its offsets after %" PRId64
                  " min, and then begins anew: every event is repeated",
                  broker->offsets_retention_minutes);
}

void check_limits(struct check *check, const struct survey_broker *broker)
{
    if (*broker->why != 0)
        check_add(check->findings, CHECK_BROKER_UNREAD, "the ACLs of the cluster",
                  "allow DESCRIBE_CONFIGS on the cluster to whoever runs this, or compare transaction.max.timeout.ms, "
                  "group.min.session.timeout.ms and group.max.session.timeout.ms yourself",
                  "the brokers' limits were not looked at: %s", broker->why);
    judge_transaction(check, broker);
    judge_session(check, broker);
    judge_state_topics(check, broker);
    judge_offsets(check, broker);
}
