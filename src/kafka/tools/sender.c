#include "kafka/tools/sender.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE_MS 100
#define STOP_MS  5000 /* after a signal, for records that are on their way to a broker that answers */

struct sender {
    struct brokers brokers;
    int timeout_ms;
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;
    struct sent sent;
    void (*delivered)(void *opaque, int32_t partition, int64_t offset); /* NULL: no callback */
    void *opaque;
    struct err failure; /* why the first undelivered record failed */
};

static uint64_t tag_of(const rd_kafka_message_t *message)
{
    return (uint64_t)(uintptr_t)message->_private;
}

/* Runs inside rd_kafka_poll() and rd_kafka_flush(), on the caller's thread. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct sender *sender = opaque;

    (void)rk;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        sender->sent.delivered++;
        sender->sent.partition = message->partition;
        sender->sent.offset = message->offset;
        if (sender->delivered != NULL)
            sender->delivered(sender->opaque, message->partition, message->offset);
        return;
    }
    if (sender->failure.class != ERR_NONE)
        return;
    sender->sent.refused = tag_of(message);
    if (message->err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        brokers_silent(&sender->brokers, sender->timeout_ms, &sender->failure);
    else
        kafka_error_code(&sender->failure, KAFKA_CALL_DELIVERY, message->err, rd_kafka_topic_name(message->rkt));
    /* A tool makes no further try: an error that the worker would abort and repeat ends the tool. */
    sender->failure.class = ERR_STOP;
}

/* Runs inside rd_kafka_poll() and rd_kafka_flush(), on the caller's thread. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct sender *sender = opaque;

    if (code == RD_KAFKA_RESP_ERR__FATAL && sender->failure.class == ERR_NONE) {
        kafka_error_fatal(&sender->failure, KAFKA_CALL_DELIVERY, rk, "the producer");
        sender->failure.class = ERR_STOP;
    }
    brokers_trouble(&sender->brokers, code, reason);
}

static rd_kafka_conf_t *sender_conf(struct sender *sender, const struct config *config, bool prompt, struct err *err)
{
    char limit[16];
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_SENDER, err);
    if (conf == NULL)
        return NULL;

    /* Below a second librdkafka would demand a shorter linger.ms too, which nobody means. */
    snprintf(limit, sizeof limit, "%d", sender->timeout_ms < 1000 ? 1000 : sender->timeout_ms);
    client_set(conf, "message.timeout.ms", limit);
    if (prompt)
        client_set(conf, "linger.ms", "0");
    rd_kafka_conf_set_opaque(conf, sender);
    rd_kafka_conf_set_error_cb(conf, on_error);
    brokers_watch(&sender->brokers, conf);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return conf;
}

static struct sender *open_sender(const struct config *config, int timeout_ms, bool prompt, struct err *err)
{
    int partitions;
    struct sender *sender = memory_zeroed(1, sizeof *sender);

    sender->timeout_ms = timeout_ms;
    brokers_init(&sender->brokers, config, CLIENT_SENDER);
    rd_kafka_conf_t *conf = sender_conf(sender, config, prompt, err);
    if (conf == NULL)
        goto failed;
    sender->rk = client_new(conf, CLIENT_SENDER, err);
    if (sender->rk == NULL)
        goto failed;
    if (!brokers_need_topic(&sender->brokers, sender->rk, config->commands_topic, timeout_ms, &partitions, err))
        goto failed;
    sender->topic = rd_kafka_topic_new(sender->rk, config->commands_topic, NULL);
    if (sender->topic != NULL)
        return sender;
    kafka_error_code(err, KAFKA_CALL_ADMIN, rd_kafka_last_error(), config->commands_topic);

failed:
    sender_close(sender);
    return NULL;
}

struct sender *sender_open(const struct config *config, int timeout_ms, struct err *err)
{
    return open_sender(config, timeout_ms, false, err);
}

struct sender *sender_open_prompt(const struct config *config, int timeout_ms, struct err *err)
{
    return open_sender(config, timeout_ms, true, err);
}

void sender_close(struct sender *sender)
{
    if (sender == NULL)
        return;
    if (sender->topic != NULL)
        rd_kafka_topic_destroy(sender->topic);
    if (sender->rk != NULL) {
        /* Otherwise rd_kafka_destroy() waits for records that can no longer be delivered. */
        rd_kafka_purge(sender->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(sender->rk);
    }
    free(sender);
}

void sender_on_delivered(struct sender *sender, void (*delivered)(void *opaque, int32_t partition, int64_t offset),
                         void *opaque)
{
    sender->delivered = delivered;
    sender->opaque = opaque;
}

static bool failed(const struct sender *sender, struct err *err)
{
    if (stop_requested()) {
        err_set(err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED, "interrupted");
        return true;
    }
    if (sender->failure.class == ERR_NONE)
        return false;
    *err = sender->failure;
    return true;
}

static rd_kafka_resp_err_t produce(struct sender *sender, struct bytes key, struct bytes value, uint64_t tag)
{
    int done = rd_kafka_produce(sender->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                (void *)(uintptr_t)value.data, value.len, key.data, key.len, (void *)(uintptr_t)tag);
    return done == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
}

bool sender_serve(struct sender *sender, struct err *err)
{
    rd_kafka_poll(sender->rk, 0);
    return !failed(sender, err);
}

bool sender_send(struct sender *sender, struct bytes key, struct bytes value, uint64_t tag, struct err *err)
{
    rd_kafka_resp_err_t code;

    if (!sender_serve(sender, err))
        return false;
    while ((code = produce(sender, key, value, tag)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        rd_kafka_poll(sender->rk, SLICE_MS);
        if (failed(sender, err))
            return false;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    sender->sent.refused = tag;
    kafka_error_code(err, KAFKA_CALL_DELIVERY, code, rd_kafka_topic_name(sender->topic));
    err->class = ERR_STOP;
    return false;
}

/* False when nothing can be on its way, because the address does not answer. */
static bool is_reached(struct sender *sender)
{
    struct advertised_pair pair;

    return !advertised_silent(&sender->brokers.advertised, clock_ms(), &pair);
}

bool sender_finish(struct sender *sender, struct err *err)
{
    int64_t until_ms = INT64_MAX;
    rd_kafka_resp_err_t left;

    /*
     * The loop ends, because message.timeout.ms gives every record up in time. After a signal a broker that answers
     * still gets all records: those of several partitions have no order, so a number of delivered ones would not say
     * which.
     */
    while ((left = rd_kafka_flush(sender->rk, SLICE_MS)) == RD_KAFKA_RESP_ERR__TIMED_OUT && clock_ms() < until_ms)
        if (until_ms == INT64_MAX && stop_requested())
            until_ms = clock_ms() + (is_reached(sender) ? STOP_MS : SLICE_MS);
    bool delivered = left == RD_KAFKA_RESP_ERR_NO_ERROR && sender->failure.class == ERR_NONE;
    return delivered || !failed(sender, err);
}

const struct sent *sender_sent(const struct sender *sender)
{
    return &sender->sent;
}
