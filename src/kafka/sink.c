#include "kafka/sink.h"

#include "kafka/client.h"
#include "kafka/copy_size.h"
#include "kafka/kafka_error.h"
#include "kafka/sasl_reload.h"
#include "kafka/offsets_call.h"
#include "kafka/output_topics.h"
#include "kafka/positions.h"
#include "kafka/taint.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

/* How long records are sent alone after a batch of them was too large. Long enough not to try again with every batch. */
#define UNBATCHED_MS 60000

#define INIT_PATIENCE_MS 60

#define THROTTLE_MEMORY_MS 60000

struct sink {
    const struct config *config;
    bool transactional;
    rd_kafka_t *rk;
    struct output_topics output_topics;
    struct offsets_call *offsets_call; /* under way; NULL: none */
    bool left_one;                     /* a producer was left to a call that did not return */
    taint_flag tainted;
    struct sasl_reload sasl_reload;
    bool fenced;
    bool unbatched;             /* this producer sends each record alone */
    int64_t unbatched_until_ms; /* a batch of records was too large: until then producers send them alone */
    bool copies_named;          /* this one has found copies that are too large ... */
    bool others_named; /* ... or events or replies, for which sending alone is the only way to find the next one */
    struct copy_size copies;
    int init_patience_ms; /* see init_transactions */
    int64_t patience_ms;  /* half of transaction.timeout.ms: how long a full queue is waited for */
    struct err delivery;  /* the first delivery that failed in the open transaction */
    struct err failure;   /* what a callback found: ERR_STOP ends the next call */
    int throttle_ms;      /* what a broker said last of a quota, and when */
    int64_t throttled_at_ms;
    struct log_limit limit;
};

/* ---- Errors ------------------------------------------------------------------------------------------------------- */

/* A callback's finding ends the call that it came with. */
static bool failed(struct sink *sink, struct err *err)
{
    sasl_reload_renew(&sink->sasl_reload, sink->rk);
    if (sink->failure.class != ERR_STOP)
        return false;
    *err = sink->failure;
    return true;
}

/*
 * "Fenced" has causes that the protocol does not tell apart: another process took our transactional.id; the broker timed our transaction
 * out, which no clock of ours can rule out (a paused machine's stood still); a request for this identity of a producer that we have given
 * up arrived late. So it never ends the process by itself: whether another process runs with our instance.id is the group's word.
 */
static void judge_fence(struct sink *sink, const struct err *err)
{
    sink->fenced = sink->fenced || err->reason == REASON_FENCED;
}

/* From an error object to what the worker does. */
MUSTUSE static enum progress transaction_error(struct sink *sink, rd_kafka_error_t *error, const char *what,
                                               struct err *err)
{
    (void)kafka_error_object(err, KAFKA_CALL_TRANSACTION, error, what);
    judge_fence(sink, err);
    return err->class == ERR_RETRY ? PENDING : FAILED;
}

/*
 * An error of one record. Once the producer has failed for good every record says just that; why it has, and whether that was a fence,
 * only the producer knows. (Taken for any other failure, a new producer would fence whoever has taken over.)
 */
static void record_error(struct sink *sink, int code, const char *topic, struct err *err)
{
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        (void)kafka_error_fatal(err, KAFKA_CALL_TRANSACTION, sink->rk, topic);
    else
        (void)kafka_error_code(err, KAFKA_CALL_DELIVERY, code, topic);
    /* A new producer asks for the topic until it is there, or believed to be missing. */
    topic_doubt(topic, err);
    if (err->reason == REASON_NO_TOPIC && err->class == ERR_RETRY)
        err->class = ERR_RENEW;
    judge_fence(sink, err);
}

/* ---- Callbacks ---------------------------------------------------------------------------------------------------- */

/*
 * Called once for each record, inside sink_flush and sink_produce on the loop's thread. Must stay registered for good records too:
 * only delivery reports wake rd_kafka_flush up before its 10 ms slice ends.
 */
static void note_accepted(struct sink *sink, const struct delivery *delivery)
{
    if (sink->unbatched && delivery->role == ROLE_DEAD_LETTER)
        copy_size_accepted(&sink->copies, delivery->size);
}

/* Sent alone, so that it is this one and no other. */
static void note_refused(struct sink *sink, struct delivery *delivery)
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
    record_error(sink, message->err, rd_kafka_topic_name(message->rkt), &err);
    if (err.reason == REASON_TOO_LARGE && sink->unbatched)
        note_refused(sink, delivery);
    else if (err.reason == REASON_TOO_LARGE)
        sink->unbatched_until_ms = clock_ms() + UNBATCHED_MS;
    if (sink->delivery.class == ERR_NONE)
        sink->delivery = err;
}

/* Inside polls and flushes, on the loop's thread. Zero says that it is over: what was before is remembered for a while. */
static void on_throttle(rd_kafka_t *rk, const char *broker, int32_t id, int throttle_ms, void *opaque)
{
    struct sink *sink = opaque;

    (void)rk, (void)broker, (void)id;
    if (throttle_ms == 0)
        return;
    sink->throttle_ms = throttle_ms;
    sink->throttled_at_ms = clock_ms();
}

/* Inside polls and flushes, on the loop's thread. What heals by itself is only logged. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct sink *sink = opaque;
    struct err err;

    (void)rk;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return; /* every transactional call reports it, with its class */
    (void)kafka_error_code(&err, KAFKA_CALL_TRANSACTION, code, reason);
    if (err.reason == REASON_NO_TOPIC) /* of which topic is not said; the delivery reports tell */
        err.class = ERR_RETRY;
    sasl_reload_judge(&sink->sasl_reload, &err);
    if (err.class == ERR_STOP)
        sink->failure = err;
    else
        log_limited(&sink->limit, clock_ms(), err.code, "%s", err.message);
}

/* ---- Life --------------------------------------------------------------------------------------------------------- */

/* Two copies that were cut to fit would together be too large for the topic again: its limit is on a batch of records. */
static void limit_batches(const struct sink *sink, rd_kafka_conf_t *conf)
{
    char text[24];
    size_t limit = copy_size_limit(&sink->copies, SIZE_MAX, clock_ms());

    if (limit == 0 || (int64_t)limit >= client_number(conf, "batch.size"))
        return;
    snprintf(text, sizeof text, "%zu", limit);
    client_set(conf, "batch.size", text);
}

static bool producer_new(struct sink *sink, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(sink->config, CLIENT_PRODUCER, err);
    if (conf == NULL)
        return false;
    rd_kafka_conf_set_opaque(conf, sink);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_throttle_cb(conf, on_throttle);
    taint_watch(conf, &sink->tainted);
    sasl_reload_watch(&sink->sasl_reload, conf, sink->config, CLIENT_PRODUCER);
    sink->unbatched = clock_ms() < sink->unbatched_until_ms;
    if (sink->unbatched)
        client_set(conf, "batch.num.messages", "1");
    limit_batches(sink, conf);
    sink->copies_named = sink->others_named = false;
    sink->patience_ms = client_number(conf, "transaction.timeout.ms") / 2;
    sink->rk = client_new(conf, CLIENT_PRODUCER, err);
    if (sink->rk == NULL)
        return false;
    sink->fenced = false;
    return true;
}

static void producer_destroy(struct sink *sink)
{
    if (sink->rk == NULL)
        return;
    output_topics_close(&sink->output_topics);
    /* What is still queued belongs to a transaction that is over; waiting for it would hold the restart up. */
    rd_kafka_purge(sink->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (sink->offsets_call == NULL) {
        rd_kafka_destroy(sink->rk);
    } else {
        offsets_call_abandon(sink->offsets_call);
        sink->offsets_call = NULL;
        sink->left_one = true;
    }
    sink->rk = NULL;
}

static struct sink *open_sink(const struct config *config, int64_t unbatched_until_ms, struct err *err)
{
    struct sink *sink = calloc(1, sizeof *sink);

    if (sink == NULL)
        abort();
    sink->config = config;
    sink->unbatched_until_ms = unbatched_until_ms;
    output_topics_name(&sink->output_topics, config);
    sink->init_patience_ms = INIT_PATIENCE_MS;
    sink->transactional = config->events_delivery == DELIVERY_EXACTLY_ONCE;
    if (producer_new(sink, err))
        return sink;
    sink_close(sink);
    return NULL;
}

struct sink *sink_open(const struct config *config, struct err *err)
{
    return open_sink(config, 0, err);
}

struct sink *sink_open_unbatched(const struct config *config, struct err *err)
{
    return open_sink(config, INT64_MAX, err);
}

void sink_close(struct sink *sink)
{
    if (sink == NULL)
        return;
    producer_destroy(sink);
    output_topics_free(&sink->output_topics);
    /* Its interceptors may still be called. */
    if (!sink->left_one)
        free(sink);
}

bool sink_renew(struct sink *sink, struct err *err)
{
    producer_destroy(sink);
    return producer_new(sink, err);
}

bool sink_tainted(const struct sink *sink)
{
    bool unbatched_over = sink->unbatched && clock_ms() >= sink->unbatched_until_ms;

    return unbatched_over || (sink->transactional && atomic_load(&sink->tainted));
}

bool sink_fenced(const struct sink *sink)
{
    return sink->fenced;
}

int sink_throttle_ms(const struct sink *sink)
{
    return clock_ms() - sink->throttled_at_ms < THROTTLE_MEMORY_MS ? sink->throttle_ms : 0;
}

/* ---- Ready -------------------------------------------------------------------------------------------------------- */

/*
 * A predecessor's open transaction is ended first, and the broker says "not yet" until it is; librdkafka (2.0.2 to 2.15) then asks again
 * after 500 ms. A new producer asks at once. Each one is given twice the time of the one before, so that a slow broker gets its turn.
 */
MUSTUSE static enum progress init_transactions(struct sink *sink, int timeout_ms, struct err *err)
{
    bool hurry = sink->init_patience_ms < timeout_ms;
    char what[320];

    snprintf(what, sizeof what, "preparing the producer %.256s", sink->config->transactional_id);
    rd_kafka_error_t *error = rd_kafka_init_transactions(sink->rk, hurry ? sink->init_patience_ms : timeout_ms);
    enum progress progress = error == NULL ? DONE : transaction_error(sink, error, what, err);

    if (progress == DONE)
        sink->init_patience_ms = INIT_PATIENCE_MS;
    if (progress != PENDING || !hurry)
        return progress;
    sink->init_patience_ms *= 2;
    return sink_renew(sink, err) ? PENDING : FAILED;
}

enum progress sink_init(struct sink *sink, int timeout_ms, struct err *err)
{
    rd_kafka_poll(sink->rk, 0);
    if (failed(sink, err))
        return FAILED;
    enum progress progress = output_topics_open(&sink->output_topics, sink->rk, timeout_ms, err);
    if (progress != DONE)
        return progress;
    return sink->transactional ? init_transactions(sink, timeout_ms, err) : DONE;
}

/* ---- One transaction ---------------------------------------------------------------------------------------------- */

size_t sink_copy_limit(const struct sink *sink, size_t size)
{
    return copy_size_limit(&sink->copies, size, clock_ms());
}

bool sink_begin(struct sink *sink, struct err *err)
{
    sink->delivery = (struct err){0};
    if (failed(sink, err))
        return false;
    if (!sink->transactional)
        return true;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(sink->rk);
    return error == NULL || transaction_error(sink, error, "beginning a transaction", err) == DONE;
}

static rd_kafka_headers_t *headers_of(const struct outbound *out)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(out->header_count);

    for (size_t i = 0; i < out->header_count; i++) {
        const struct header *h = &out->headers[i];
        rd_kafka_header_add(headers, (const char *)h->name.data, (ssize_t)h->name.len, h->value.data,
                            (ssize_t)h->value.len);
    }
    return headers;
}

static rd_kafka_resp_err_t produce_once(struct sink *sink, size_t topic, const struct outbound *out,
                                        struct delivery *delivery)
{
    int32_t partition = out->partition < sink->output_topics.partitions[topic] ? out->partition : RD_KAFKA_PARTITION_UA;
    rd_kafka_headers_t *headers = headers_of(out);
    rd_kafka_resp_err_t code =
        rd_kafka_producev(sink->rk, RD_KAFKA_V_RKT(sink->output_topics.topics[topic]), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(out->key.data, out->key.len),
                          RD_KAFKA_V_VALUE((void *)out->value.data, out->value.len), RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_OPAQUE(delivery), RD_KAFKA_V_END);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
    return code;
}

bool sink_produce(struct sink *sink, const struct outbound *out, struct delivery *delivery, struct err *err)
{
    int64_t deadline_ms = clock_ms() + sink->patience_ms;
    size_t topic = output_topics_find(&sink->output_topics, out->topic);
    rd_kafka_resp_err_t code;

    if (topic == sink->output_topics.count)
        return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "no producer for topic %s", out->topic);
    delivery->size = outbound_size(out);
    while ((code = produce_once(sink, topic, out, delivery)) == RD_KAFKA_RESP_ERR__QUEUE_FULL &&
           clock_ms() < deadline_ms)
        rd_kafka_poll(sink->rk, 10);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    record_error(sink, code, out->topic, err);
    if (err->reason == REASON_TOO_LARGE)
        note_refused(sink, delivery);
    return false;
}

/*
 * A transaction of which a request has failed purges its records, and only the transaction knows why: beginning another one is refused
 * with that reason. What the operator has to mend (no WRITE on a topic) would else be tried for ever.
 */
static bool refused_for_good(struct sink *sink, struct err *err)
{
    char what[sizeof err->message / 2] = "delivering events to";
    struct err why;
    rd_kafka_error_t *error = sink->transactional ? rd_kafka_begin_transaction(sink->rk) : NULL;

    if (error == NULL)
        return false;
    for (size_t i = 0; i < sink->output_topics.count; i++) {
        size_t len = strlen(what);
        snprintf(what + len, sizeof what - len, "%s %s", i == 0 ? "" : ",", sink->output_topics.names[i]);
    }
    (void)kafka_error_object(&why, KAFKA_CALL_TRANSACTION, error, what);
    /* Which topic is missing, and for how long, the deliveries tell. */
    if (why.class != ERR_STOP || why.reason == REASON_NO_TOPIC)
        return false;
    *err = why;
    return true;
}

enum progress sink_flush(struct sink *sink, int timeout_ms, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(sink->rk, timeout_ms);

    if (failed(sink, err))
        return FAILED;
    /* At once: a transaction that has failed delivers nothing more, and its other records would wait for their timeout. */
    if (sink->delivery.class != ERR_NONE) {
        if (refused_for_good(sink, err))
            return FAILED;
        *err = sink->delivery;
        if (!sink->unbatched && clock_ms() < sink->unbatched_until_ms)
            err->class = ERR_RENEW;
        return FAILED;
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? DONE : PENDING;
}

static bool offsets_call_ended(struct sink *sink, int timeout_ms, rd_kafka_error_t **error)
{
    *error = NULL;
    if (sink->offsets_call == NULL)
        return true;
    bool ended = offsets_call_wait(sink->offsets_call, timeout_ms, error);
    if (ended)
        sink->offsets_call = NULL;
    return ended;
}

enum progress sink_add_offsets(struct sink *sink, const struct rd_kafka_topic_partition_list_s *offsets,
                               const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms,
                               struct err *err)
{
    rd_kafka_error_t *error = NULL;

    if (sink->offsets_call == NULL)
        sink->offsets_call =
            offsets_call_start(sink->rk, rd_kafka_topic_partition_list_copy(offsets), metadata, timeout_ms);
    if (!offsets_call_ended(sink, timeout_ms, &error))
        return PENDING;
    return error == NULL ? DONE : transaction_error(sink, error, "sending offsets to the transaction", err);
}

enum progress sink_send_offsets(struct sink *sink, struct source *source, const struct offsets *offsets, int timeout_ms,
                                struct err *err)
{
    const rd_kafka_consumer_group_metadata_t *metadata = source_metadata(source);

    if (!sink->transactional)
        return DONE;
    if (metadata == NULL) {
        (void)err_set(err, ERR_ABORT, 0, E_KAFKA_EPOCH, "the assignment of this batch is over");
        return FAILED;
    }
    enum progress kept = sink->offsets_call == NULL ? source_kept(source, offsets, err) : DONE;
    if (kept != DONE)
        return kept;
    rd_kafka_topic_partition_list_t *list = positions_list(sink->config->commands_topic, offsets);
    source_mark(source, list);
    enum progress progress = sink_add_offsets(sink, list, metadata, timeout_ms, err);
    rd_kafka_topic_partition_list_destroy(list);
    if (progress == FAILED)
        source_refused(source, err);
    return progress;
}

MUSTUSE static enum progress commit_without_transaction(struct source *source, const struct offsets *offsets,
                                                        int timeout_ms, struct err *err)
{
    return source_kept(source, offsets, err) == FAILED ? FAILED : source_commit(source, offsets, timeout_ms, err);
}

MUSTUSE static enum progress commit_transaction(struct sink *sink, int timeout_ms, struct err *err)
{
    rd_kafka_error_t *error = rd_kafka_commit_transaction(sink->rk, timeout_ms);

    return error == NULL ? DONE : transaction_error(sink, error, "committing the transaction", err);
}

/*
 * One letter that is too large must not slow everything for a minute. Its like are cut from now on, so the producer that found it is
 * needed no longer.
 */
static void end_unbatched(struct sink *sink)
{
    if (sink->unbatched && sink->copies_named && !sink->others_named)
        sink->unbatched_until_ms = 0;
}

enum progress sink_commit(struct sink *sink, struct source *source, const struct offsets *offsets, int timeout_ms,
                          struct err *err)
{
    enum progress progress = sink->transactional ? commit_transaction(sink, timeout_ms, err)
                                                 : commit_without_transaction(source, offsets, timeout_ms, err);

    if (progress == DONE)
        end_unbatched(sink);
    return progress;
}

enum progress sink_abort(struct sink *sink, int timeout_ms, struct err *err)
{
    if (!sink->transactional) {
        /* Waiting for its end would be waiting for brokers' threads, which may be looking a name up. */
        rd_kafka_purge(sink->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
        return rd_kafka_flush(sink->rk, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR ? DONE : PENDING;
    }
    rd_kafka_error_t *error;
    if (!offsets_call_ended(sink, timeout_ms, &error))
        return PENDING;
    if (error != NULL) /* the abort is the answer to whatever it was */
        rd_kafka_error_destroy(error);
    error = rd_kafka_abort_transaction(sink->rk, timeout_ms);
    return error == NULL ? DONE : transaction_error(sink, error, "aborting the transaction", err);
}
