#include "kafka/sink_parts.h"

#include "core/memory.h"
#include "kafka/client.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

#define INIT_PATIENCE_MS 60

#define THROTTLE_MEMORY_MS 60000

/* ---- Life -------------------------------------------------------------------------------------------------------- */

/*
 * Two copies that were each cut to fit would together be too large for the topic again, since its limit applies to a
 * batch of records.
 */
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
    sink_watch(sink, conf);
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
    /* What is still queued belongs to a transaction that is over; waiting for it would delay the restart. */
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
    struct sink *sink = memory_zeroed(1, sizeof *sink);

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
    /* The interceptors of a producer that was left behind may still be called. */
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

size_t sink_copy_limit(const struct sink *sink, size_t size)
{
    return copy_size_limit(&sink->copies, size, clock_ms());
}

/* ---- Ready ------------------------------------------------------------------------------------------------------- */

/*
 * A predecessor's open transaction is ended first. Until then the broker says "not yet", and librdkafka (2.0.2 to 2.15)
 * asks again only after 500 ms. A new producer asks at once. Each one gets twice the time of the one before, so that a
 * slow broker can answer too.
 */
MUSTUSE static enum progress init_transactions(struct sink *sink, int timeout_ms, struct err *err)
{
    bool hurry = sink->init_patience_ms < timeout_ms;
    char what[320];

    snprintf(what, sizeof what, "preparing the producer %.256s", sink->config->transactional_id);
    rd_kafka_error_t *error = rd_kafka_init_transactions(sink->rk, hurry ? sink->init_patience_ms : timeout_ms);
    enum progress progress = error == NULL ? DONE : sink_transaction_error(sink, error, what, err);

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
    if (sink_failed(sink, err))
        return FAILED;
    enum progress progress = output_topics_open(&sink->output_topics, sink->rk, timeout_ms, err);
    if (progress != DONE)
        return progress;
    return sink->transactional ? init_transactions(sink, timeout_ms, err) : DONE;
}
