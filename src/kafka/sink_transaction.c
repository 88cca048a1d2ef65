#include "kafka/sink_parts.h"

#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

bool sink_begin(struct sink *sink, struct err *err)
{
    sink->delivery = (struct err){0};
    if (sink_failed(sink, err))
        return false;
    if (!sink->transactional)
        return true;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(sink->rk);
    return error == NULL || sink_transaction_error(sink, error, "beginning a transaction", err) == DONE;
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
        (void)rd_kafka_flush(sink->rk, 10); /* Without it the queued records would wait for more (linger.ms). */
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    sink_record_error(sink, code, out->topic, err);
    if (err->reason == REASON_TOO_LARGE)
        sink_note_refused(sink, delivery);
    return false;
}

/*
 * When a request of a transaction has failed its records are purged, and only the transaction knows why: beginning
 * another one is refused with that reason. Without this a cause that only the operator can mend (no WRITE on a topic)
 * would be retried for ever.
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
    /* The delivery reports tell which topic is missing, and for how long. */
    if (why.class != ERR_STOP || why.reason == REASON_NO_TOPIC)
        return false;
    *err = why;
    return true;
}

enum progress sink_flush(struct sink *sink, int timeout_ms, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(sink->rk, timeout_ms);

    if (sink_failed(sink, err))
        return FAILED;
    /*
     * This is checked at once: a transaction that has failed delivers nothing more, and its other records would wait
     * for their timeout.
     */
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
    return error == NULL ? DONE : sink_transaction_error(sink, error, "sending offsets to the transaction", err);
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

    return error == NULL ? DONE : sink_transaction_error(sink, error, "committing the transaction", err);
}

/*
 * One dead letter that is too large must not slow everything for a minute. Copies like it are cut from now on, so the
 * producer that found it is not needed any more.
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
        /* Without waiting: the purge would wait for brokers' threads, which may be resolving a name. */
        rd_kafka_purge(sink->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
        return rd_kafka_flush(sink->rk, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR ? DONE : PENDING;
    }
    rd_kafka_error_t *error;
    if (!offsets_call_ended(sink, timeout_ms, &error))
        return PENDING;
    if (error != NULL) /* whatever it was, the abort is the right reaction */
        rd_kafka_error_destroy(error);
    error = rd_kafka_abort_transaction(sink->rk, timeout_ms);
    return error == NULL ? DONE : sink_transaction_error(sink, error, "aborting the transaction", err);
}
