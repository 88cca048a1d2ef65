#include "kafka/sink_parts.h"

#include "kafka/kafka_error.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>

/*
 * How long records are sent alone after a batch of them was too large: long enough not to try batches again with every
 * transaction.
 */
#define UNBATCHED_MS 60000

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

/* What a callback has found ends the next call. */
bool sink_failed(struct sink *sink, struct err *err)
{
    sasl_reload_renew(&sink->sasl_reload, sink->rk);
    if (sink->failure.class != ERR_STOP)
        return false;
    *err = sink->failure;
    return true;
}

/*
 * "Fenced" has causes that the protocol does not tell apart: another process took our transactional.id; the broker
 * timed our transaction out, which no clock of ours can exclude (that of a paused machine stood still); or a late
 * request of a producer that we have given up has arrived. So it never ends the process by itself: only the group can
 * say whether another process runs with our instance.id.
 */
static void judge_fence(struct sink *sink, const struct err *err)
{
    sink->fenced = sink->fenced || err->reason == REASON_FENCED;
}

/* Turns an error object into what the worker does. */
enum progress sink_transaction_error(struct sink *sink, struct rd_kafka_error_s *error, const char *what,
                                     struct err *err)
{
    (void)kafka_error_object(err, KAFKA_CALL_TRANSACTION, error, what);
    judge_fence(sink, err);
    return err->class == ERR_RETRY ? PENDING : FAILED;
}

/*
 * The error of one record. Once the producer has failed for good every record reports only that; the cause, and whether
 * it was a fence, is known to the producer alone. (If a fence were taken for another failure, a new producer would
 * fence the process that has taken over.)
 */
void sink_record_error(struct sink *sink, int code, const char *topic, struct err *err)
{
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        (void)kafka_error_fatal(err, KAFKA_CALL_TRANSACTION, sink->rk, topic);
    else
        (void)kafka_error_code(err, KAFKA_CALL_DELIVERY, code, topic);
    /* A new producer asks for the topic until it exists, or is believed to be missing. */
    topic_doubt(topic, err);
    if (err->reason == REASON_NO_TOPIC && err->class == ERR_RETRY)
        err->class = ERR_RENEW;
    judge_fence(sink, err);
}

/* ---- Callbacks --------------------------------------------------------------------------------------------------- */

/*
 * Called for each record, inside sink_flush and sink_produce on the loop's thread. It must stay registered for
 * successful records too: only a delivery report wakes rd_kafka_flush before its slice of 10 ms ends.
 */
static void note_accepted(struct sink *sink, const struct delivery *delivery)
{
    if (sink->unbatched && delivery->role == ROLE_DEAD_LETTER)
        copy_size_accepted(&sink->copies, delivery->size);
}

/* The record was sent alone, so it is the one that is too large. */
void sink_note_refused(struct sink *sink, struct delivery *delivery)
{
    delivery->too_large = true;
    if (delivery->role == ROLE_DEAD_LETTER) {
        sink->copies_named = true;
        copy_size_refused(&sink->copies, delivery->size, clock_ms());
    } else {
        sink->others_named = true;
    }
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct sink *sink = opaque;
    struct delivery *delivery = message->_private;
    struct err err;

    (void)rk;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        note_accepted(sink, delivery);
        return;
    }
    sink_record_error(sink, message->err, rd_kafka_topic_name(message->rkt), &err);
    if (err.reason == REASON_TOO_LARGE && sink->unbatched)
        sink_note_refused(sink, delivery);
    else if (err.reason == REASON_TOO_LARGE)
        sink->unbatched_until_ms = clock_ms() + UNBATCHED_MS;
    if (sink->delivery.class == ERR_NONE)
        sink->delivery = err;
}

/*
 * Runs inside polls and flushes, on the loop's thread. Zero says that the delay is over; the last delay is remembered
 * for a while.
 */
static void on_throttle(rd_kafka_t *rk, const char *broker, int32_t id, int throttle_ms, void *opaque)
{
    struct sink *sink = opaque;

    (void)rk, (void)broker, (void)id;
    if (throttle_ms == 0)
        return;
    sink->throttle_ms = throttle_ms;
    sink->throttled_at_ms = clock_ms();
}

/* Runs inside polls and flushes, on the loop's thread. An error that passes by itself is only logged. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct sink *sink = opaque;
    struct err err;

    (void)rk;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return; /* every transactional call reports it, with its class */
    (void)kafka_error_code(&err, KAFKA_CALL_TRANSACTION, code, reason);
    if (err.reason == REASON_NO_TOPIC) /* it does not say which topic; the delivery reports do */
        err.class = ERR_RETRY;
    sasl_reload_judge(&sink->sasl_reload, &err);
    if (err.class == ERR_STOP)
        sink->failure = err;
    else
        log_limited(&sink->limit, clock_ms(), err.code, "%s", err.message);
}

void sink_watch(struct sink *sink, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_opaque(conf, sink);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_throttle_cb(conf, on_throttle);
}
