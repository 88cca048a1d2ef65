#include "worker/publish.h"

#include "core/counters.h"
#include "runtime/clock.h"
#include "runtime/failpoint.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "worker/observe.h"

#include <inttypes.h>

/*
 * Each step is done in slices, so that the group is served and the watchdog sees progress. A step that takes longer
 * than the deadline means that this producer will not finish it (a transaction timeout of the broker, 15 s, is fatal to
 * it anyway).
 */
#define SLICE_MS    500
#define DEADLINE_MS 20000

#define SLICE_MAX_MS 4000

enum step { STEP_FLUSH, STEP_OFFSETS, STEP_COMMIT, STEP_ABORT };

static const char *const step_names[] = {
    [STEP_FLUSH] = "delivering events",
    [STEP_OFFSETS] = "adding offsets to the transaction",
    [STEP_COMMIT] = "committing the transaction",
    [STEP_ABORT] = "aborting the transaction",
};

/* The only step that starts over each time. When the broker is far away its time must grow, or it never succeeds. */
MUSTUSE static enum progress send_offsets(struct publisher *p, struct err *err)
{
    if (p->offsets_slice_ms == 0)
        p->offsets_slice_ms = SLICE_MS;
    enum progress progress = sink_send_offsets(p->sink, p->source, &p->offsets, p->offsets_slice_ms, err);
    if (progress == PENDING && p->offsets_slice_ms < SLICE_MAX_MS)
        p->offsets_slice_ms *= 2;
    return progress;
}

MUSTUSE static enum progress step_once(struct publisher *p, enum step step, struct err *err)
{
    switch (step) {
    case STEP_FLUSH: return sink_flush(p->sink, SLICE_MS, err);
    case STEP_OFFSETS: return send_offsets(p, err);
    case STEP_COMMIT: return sink_commit(p->sink, p->source, &p->offsets, SLICE_MS, err);
    case STEP_ABORT: return sink_abort(p->sink, SLICE_MS, err);
    }
    return FAILED;
}

static bool assignment_over(struct err *err)
{
    return err_set(err, ERR_ABORT, 0, E_KAFKA_EPOCH, "the assignment changed");
}

/*
 * A wait serves the group, and then the offsets of this assignment must not go out under another one's metadata. A
 * transaction has them since STEP_OFFSETS; without transactions they go with the commit.
 */
static bool carries_offsets(const struct publisher *p, enum step step)
{
    return step == (p->config->events_delivery == DELIVERY_EXACTLY_ONCE ? STEP_OFFSETS : STEP_COMMIT);
}

/*
 * Without transactions a commit concerns only the group, and the events are published already: another producer would
 * not help, and publishing again would repeat them.
 */
static bool has_deadline(const struct publisher *p, enum step step)
{
    return step != STEP_COMMIT || p->config->events_delivery == DELIVERY_EXACTLY_ONCE;
}

/* Repeats the step until it is done, has failed, or is out of time (ERR_RENEW). */
static bool step_run(struct publisher *p, enum step step, uint64_t epoch, struct err *err)
{
    int64_t deadline_ms = clock_ms() + DEADLINE_MS;
    enum progress progress;

    while ((progress = step_once(p, step, err)) == PENDING) {
        if (!keepalive_tick(p->keepalive, step_names[step], err))
            return false;
        if (carries_offsets(p, step) && source_epoch(p->source) != epoch)
            return assignment_over(err);
        if (has_deadline(p, step) && clock_ms() > deadline_ms)
            return err_set(err, ERR_RENEW, 0, E_KAFKA_OVERDUE, "%s took longer than %d s", step_names[step],
                           DEADLINE_MS / 1000);
    }
    return progress == DONE;
}

/* ---- One attempt ------------------------------------------------------------------------------------------------- */

/*
 * Flushes before the offsets are added. Once every record is acknowledged an abort is safe (an abort right after a
 * first produce can be fatal, librdkafka #4849), and AddOffsets does not wait for the markers of the transaction
 * before.
 *
 * The assignment is checked again right before the offsets: the waits before that serve the group, so it may have
 * changed.
 */
static bool transact(struct publisher *p, struct batch *batch, struct err *err)
{
    if (!sink_begin(p->sink, err))
        return false;
    failpoint("begun");
    if (!deliveries_produce(&p->deliveries, p->sink, p->encoder, p->config, batch, err))
        return false;
    failpoint("produced");
    if (!step_run(p, STEP_FLUSH, batch->epoch, err))
        return false;
    failpoint("flushed");
    if (source_epoch(p->source) != batch->epoch)
        return assignment_over(err);
    if (!step_run(p, STEP_OFFSETS, batch->epoch, err))
        return false;
    failpoint("offsets-added");
    p->in_doubt = true; /* whatever is answered: a broker may report a failure for a commit that has happened */
    if (!step_run(p, STEP_COMMIT, batch->epoch, err))
        return false;
    failpoint("committed");
    p->in_doubt = false;
    return true;
}

/* ---- What went wrong --------------------------------------------------------------------------------------------- */

static bool give_up_transaction(struct publisher *p, struct err *err)
{
    p->aborted++;
    counters_add(COUNTER_TXN_ABORTED, 1);
    if (step_run(p, STEP_ABORT, 0, err))
        return true;
    if (err_ends(err))
        return false;
    p->renew = true;
    return true;
}

/*
 * The process ends, and an open transaction would hold up every read_committed consumer until the broker ends it. So it
 * is aborted, with one try.
 */
static void leave_none_open(struct publisher *p)
{
    struct err err;
    enum progress aborted = p->in_doubt ? DONE : sink_abort(p->sink, SLICE_MS, &err);

    (void)aborted;
}

/*
 * If another process has our identity the consumer is fenced too: then this process ends instead of fencing the other.
 */
static bool watch_for_fence(struct publisher *p, struct err *err)
{
    int64_t until_ms = clock_ms() + source_watch_ms(p->source);

    while (clock_ms() < until_ms) {
        if (!source_serve(p->source, 100, err) ||
            !keepalive_tick(p->keepalive, "waiting for the group's word on a fence", err))
            return false;
    }
    return true;
}

/* A producer can fail before it is ready, perhaps by a late request of the one before it. */
static bool renew_unready(struct publisher *p, struct err *err)
{
    counters_add(COUNTER_RENEWALS, 1);
    return (!sink_fenced(p->sink) || watch_for_fence(p, err)) && sink_renew(p->sink, err);
}

bool publish_ready(struct publisher *p, struct err *err)
{
    struct err why;
    enum progress progress;

    (void)observe_calling(DEPENDENCY_KAFKA);
    while ((progress = sink_init(p->sink, SLICE_MS, &why)) != DONE) {
        if (progress == FAILED && err_ends(&why)) {
            *err = why;
            return false;
        }
        if (progress == FAILED &&
            (!renew_unready(p, err) || !keepalive_pause(p->keepalive, "preparing the producer", &why, err)))
            return false;
        if (!keepalive_tick(p->keepalive, "preparing the producer", err))
            return false;
        if (stop_requested())
            return err_interrupted(err, "preparing the producer");
    }
    backoff_reset(&p->keepalive->backoff);
    p->renew = false;
    observe_up(DEPENDENCY_KAFKA);
    return true;
}

static bool renew_producer(struct publisher *p, struct err *err)
{
    log_warning(E_KAFKA_RENEW, "replacing the producer");
    counters_add(COUNTER_RENEWALS, 1);
    return sink_renew(p->sink, err) && publish_ready(p, err);
}

/*
 * A commit may have happened although its answer was lost or was an error: brokers other than Apache's answer
 * REQUEST_TIMED_OUT or UNKNOWN_SERVER_ERROR to requests that they have carried out. By now the transaction has ended,
 * by the new producer's init_transactions or by an abort, and the group's stable offsets tell how. (Measured without
 * this: every event twice.)
 *
 * A successful abort alone proves nothing: where the broker has forgotten the producer, librdkafka takes a new epoch
 * for a successful abort.
 */
static bool settle(struct publisher *p, bool *committed, struct err *err)
{
    struct err why = {0};
    enum progress progress;

    while ((progress = source_settled(p->source, &p->offsets, SLICE_MS, committed, &why)) == PENDING)
        if (!keepalive_pause(p->keepalive, "settling a transaction in doubt", &why, err))
            return false;
    if (progress == FAILED) {
        *err = why;
        return false;
    }
    p->in_doubt = false;
    log_info("a transaction in doubt was %s", *committed ? "committed: nothing is published again" : "not committed");
    return true;
}

/*
 * Makes sure before an attempt that the producer is usable and that the last attempt is not in doubt. `*committed`: the
 * batch is published already.
 */
static bool prepare(struct publisher *p, bool *committed, struct err *err)
{
    *committed = false;
    if ((p->renew || sink_tainted(p->sink)) && !renew_producer(p, err))
        return false;
    return !p->in_doubt || settle(p, committed, err);
}

/* Reacts to an attempt that failed with `why`. True: try again. */
static bool recover(struct publisher *p, struct batch *batch, const struct err *why, struct err *err)
{
    if (err_ends(why)) {
        leave_none_open(p);
        *err = *why;
        return false;
    }
    if (why->class == ERR_RENEW) {
        p->renew = true;
        log_err(LOG_WARNING, why);
        return !sink_fenced(p->sink) || watch_for_fence(p, err);
    }
    if (!give_up_transaction(p, err))
        return false;
    if (deliveries_refused(&p->deliveries))
        return deliveries_shrink(&p->deliveries, batch, err);
    return source_epoch(p->source) != batch->epoch || keepalive_pause(p->keepalive, "publishing", why, err);
}

/* ---- Batches ----------------------------------------------------------------------------------------------------- */

static bool dropped(const struct publisher *p, const struct batch *batch)
{
    if (source_epoch(p->source) == batch->epoch)
        return false;
    log_info("%zu commands in flight dropped: their partitions were revoked", batch->count);
    return true;
}

/* Chooses what is published next. Not called while the last attempt is in doubt, since its offsets are still needed. */
static void choose(struct publisher *p, struct batch *batch, size_t from)
{
    p->from = from;
    p->end = portion_end(&p->portion, from, batch->count);
    deliveries_plan(&p->deliveries, p->config, batch, p->from, p->end);
    if (batch->count > 0)
        source_offsets(p->source, batch, p->end, &p->offsets);
}

static void say_smaller(const struct publisher *p, int64_t took_ms)
{
    int throttle_ms = sink_throttle_ms(p->sink);

    if (throttle_ms > 0)
        log_warning(
            E_KAFKA_QUOTA,
            "publishing %zu answers at once took longer than %" PRId64
            " ms: the broker holds this client up for %d ms, by a quota of its user or client.id; trying %zu at once\n"
            "  fix: raise producer_byte_rate of that quota (kafka-configs.sh --entity-type users or clients)",
            p->end - p->from, took_ms, throttle_ms, p->portion.most);
    else
        log_warning(
            E_KAFKA_SLOW,
            "publishing %zu answers at once failed after %" PRId64 " ms; trying %zu at once\n"
            "  fix: if this goes on: more bandwidth to the broker, or a longer kafka.producer.message.timeout.ms "
            "and transaction.timeout.ms",
            p->end - p->from, took_ms, p->portion.most);
}

static bool attempt(struct publisher *p, struct batch *batch, struct err *err)
{
    int64_t started_ms = clock_ms();
    bool good = transact(p, batch, err);
    int64_t took_ms = clock_ms() - started_ms;

    if (good)
        portion_succeeded(&p->portion, batch->capacity, took_ms);
    else if (!err_ends(err) && portion_failed(&p->portion, p->end - p->from, took_ms))
        say_smaller(p, took_ms);
    return good;
}

static void say_committed(const struct batch *batch, int64_t started_us)
{
    counters_add(COUNTER_TXN_COMMITTED, 1);
    if (batch->count > 0)
        observe_called(DEPENDENCY_KAFKA, TIMING_PUBLISH, started_us, true);
    else
        observe_up(DEPENDENCY_KAFKA);
}

static enum publish_result publish(struct publisher *p, struct batch *batch, size_t from, struct err *err)
{
    struct err why;
    bool committed;

    if (dropped(p, batch))
        return DROPPED;
    int64_t started_us = observe_calling(DEPENDENCY_KAFKA);
    choose(p, batch, from);
    do {
        if (!prepare(p, &committed, err))
            return UNPUBLISHED;
        if (!committed && portion_end(&p->portion, from, batch->count) < p->end)
            choose(p, batch, from);
        if (committed || attempt(p, batch, &why)) {
            say_committed(batch, started_us);
            backoff_reset(&p->keepalive->backoff);
            source_committed(p->source, &p->offsets);
            return PUBLISHED;
        }
        if (!recover(p, batch, &why, err))
            return UNPUBLISHED;
    } while (!dropped(p, batch));
    observe_left(DEPENDENCY_KAFKA);

    /*
     * This is done at once, because an open transaction holds up the partitions' new owner and every read_committed
     * consumer.
     */
    p->renew = p->renew || p->in_doubt;
    p->in_doubt = false;
    return !p->renew || renew_producer(p, err) ? DROPPED : UNPUBLISHED;
}

void publish_free(struct publisher *publisher)
{
    deliveries_free(&publisher->deliveries);
    offsets_free(&publisher->offsets);
}

enum publish_result publish_batch(struct publisher *publisher, struct batch *batch, struct err *err)
{
    size_t from = 0;
    enum publish_result result;

    do {
        if (from > 0 && !keepalive_tick(publisher->keepalive, "publishing", err))
            return UNPUBLISHED;
        result = publish(publisher, batch, from, err);
        from = publisher->end;
    } while (result == PUBLISHED && from < batch->count);
    return result;
}

enum publish_result publish_offsets(struct publisher *publisher, struct batch *empty, struct err *err)
{
    source_trailing(publisher->source, &publisher->offsets);
    if (publisher->offsets.count == 0)
        return PUBLISHED;
    empty->epoch = source_epoch(publisher->source);
    return publish(publisher, empty, 0, err);
}
