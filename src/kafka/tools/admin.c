#include "kafka/tools/admin.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

struct admin {
    struct brokers brokers;
    int timeout_ms;
    rd_kafka_t *rk;
    rd_kafka_queue_t *answers;
};

struct admin *admin_open(const struct config *config, int timeout_ms, struct err *err)
{
    struct admin *admin = memory_zeroed(1, sizeof *admin);

    admin->timeout_ms = timeout_ms;
    admin->rk = brokers_open(&admin->brokers, config, CLIENT_ADMIN, err);
    if (admin->rk == NULL) {
        admin_close(admin);
        return NULL;
    }
    admin->answers = rd_kafka_queue_new(admin->rk);
    return admin;
}

void admin_close(struct admin *admin)
{
    if (admin == NULL)
        return;
    if (admin->answers != NULL)
        rd_kafka_queue_destroy(admin->answers);
    if (admin->rk != NULL)
        rd_kafka_destroy(admin->rk);
    free(admin);
}

bool admin_describe(struct admin *admin, struct topic *topics, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!brokers_topic(&admin->brokers, admin->rk, topics[i].name, admin->timeout_ms, &topics[i].partitions, err))
            return false;
    return true;
}

bool admin_read_cleanup(struct admin *admin, struct cleanup *cleanup, struct err *err)
{
    return cleanup_await(cleanup, admin->rk, admin->timeout_ms, err);
}

/* The error of the whole request, or of the one topic in it. */
static bool created(rd_kafka_event_t *answer, const char *name, struct err *err)
{
    size_t count = 0;
    rd_kafka_resp_err_t code = rd_kafka_event_error(answer);
    const char *text = rd_kafka_event_error_string(answer);
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(answer);
    const rd_kafka_topic_result_t *const *topics =
        result == NULL ? NULL : rd_kafka_CreateTopics_result_topics(result, &count);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && count == 1) {
        code = rd_kafka_topic_result_error(topics[0]);
        text = rd_kafka_topic_result_error_string(topics[0]);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return true;
    kafka_error_classify(err, KAFKA_CALL_ADMIN, (int)code, KAFKA_FLAG_NONE, text, name);
    err->class = ERR_STOP;
    return false;
}

/* NULL with ERR_STOP. Perhaps nothing answers: the request waits inside librdkafka for a connection to the controller. */
static rd_kafka_event_t *next_answer(struct admin *admin, struct err *err)
{
    return brokers_answer(&admin->brokers, admin->rk, admin->answers, admin->timeout_ms, err);
}

static bool request(struct admin *admin, rd_kafka_NewTopic_t *topic, const char *name, struct err *err)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    char text[64];

    /* Later than our own time-out, which says who did not answer. */
    (void)rd_kafka_AdminOptions_set_request_timeout(options, admin->timeout_ms + 1000, text, sizeof text);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, admin->timeout_ms, text, sizeof text);
    rd_kafka_CreateTopics(admin->rk, &topic, 1, options, admin->answers);
    rd_kafka_event_t *answer = next_answer(admin, err);
    bool done = answer != NULL && created(answer, name, err);

    if (answer != NULL)
        rd_kafka_event_destroy(answer);
    rd_kafka_AdminOptions_destroy(options);
    return done;
}

/* The controller knows a new topic before every broker does and before its partitions have leaders. */
static bool await(struct admin *admin, const char *name, int partitions, struct err *err)
{
    int64_t deadline_ms = clock_ms() + admin->timeout_ms;
    int seen = 0;

    while (clock_ms() < deadline_ms && !stop_requested()) {
        if (!brokers_topic(&admin->brokers, admin->rk, name, admin->timeout_ms, &seen, err))
            return false;
        if (seen >= partitions)
            return true;
        rd_kafka_poll(admin->rk, 50);
    }
    return err_set(err, ERR_STOP, EXIT_TIMEOUT, E_TOPIC_05,
                   "%s was created, but only %d of its %d partitions can be seen\n  fix: sessiond topics plan, later",
                   name, seen, partitions);
}

bool admin_create(struct admin *admin, const char *name, int partitions, int replication_factor, struct err *err)
{
    char text[256];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, partitions, replication_factor, text, sizeof text);
    if (topic == NULL)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_TOPIC_02, "%s cannot be created: %s", name, text);

    (void)rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "delete");
    bool done = request(admin, topic, name, err);
    rd_kafka_NewTopic_destroy(topic);
    return done && await(admin, name, partitions, err);
}

/* ---- Settings ---------------------------------------------------------------------------------------------------- */

struct reading {
    settings_take *take;
    void *target;
    const char *topic; /* for an error that concerns all */
    struct err *err;
    bool failed;
};

static void take_settings(void *opaque, const struct settings *settings)
{
    struct reading *reading = opaque;

    if (reading->failed)
        return;
    if (settings->code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        reading->take(reading->target, settings);
        return;
    }
    kafka_error_classify(reading->err, KAFKA_CALL_ADMIN, settings->code, KAFKA_FLAG_NONE, settings->text,
                         reading->topic);
    reading->err->class = ERR_STOP;
    reading->failed = true;
}

bool admin_read_settings(struct admin *admin, const struct topic *topics, size_t count, settings_take *take,
                         void *target, struct err *err)
{
    const char *names[OWN_TOPICS];
    const struct settings_request request = {names, count, .broker = -1, .timeout_ms = admin->timeout_ms + 1000};
    struct reading reading = {take, target, topics[0].name, err, false};

    if (count == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        names[i] = topics[i].name;
    settings_ask(admin->rk, &request, admin->answers);
    rd_kafka_event_t *answer = next_answer(admin, err);
    if (answer == NULL)
        return false;
    settings_each(answer, take_settings, &reading);
    rd_kafka_event_destroy(answer);
    return !reading.failed;
}
