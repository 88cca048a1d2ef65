/*
 * kafka/sink.h over the world's brokers.
 */
#include "fakes.h"

#include "runtime/clock.h"

#include <stdlib.h>

#define REFUSED_MAX 1000

static bool transactional(void)
{
    return world.config.events_delivery == DELIVERY_EXACTLY_ONCE;
}

static enum progress failed(struct err *err, enum err_class class, const char *text)
{
    err_set(err, class, class == ERR_STOP ? EXIT_FENCED : EXIT_DONE, "E-FAKE", "%s", text);
    return FAILED;
}

/*
 * What every call answers before it does anything. DONE: go on. A producer that has failed, or that the broker has
 * fenced, fails for ever.
 */
static enum progress enter(struct sink *sink, enum call call, int timeout_ms, enum fault *fault, struct err *err)
{
    *fault = call_enter(sink->process, call);
    if (call != CALL_INIT && transactional() && sink->producer_epoch != world.broker.producer_epoch[sink->process])
        sink->fenced = sink->dead = true;
    if (call == CALL_ABORT)
        sink->must_abort = false;
    if (*fault == FAULT_STOP)
        return failed(err, ERR_STOP, "a planned end");
    if (*fault == FAULT_RENEW)
        sink->dead = true;
    if (sink->dead)
        return failed(err, ERR_RENEW, sink->fenced ? "fenced" : "a planned fatal error");
    if (*fault == FAULT_ABORT)
        sink->must_abort = true;
    if (sink->must_abort)
        return failed(err, ERR_ABORT, "a planned error that requires an abort");
    if (*fault == FAULT_TAINT)
        sink->tainted = true;
    if (*fault != FAULT_PENDING)
        return DONE;
    clock_sleep_ms(timeout_ms);
    return PENDING;
}

/* The step has happened. Its answer may come only with the next call. */
static enum progress leave(struct sink *sink, enum fault fault, int timeout_ms)
{
    sink->done_unanswered = fault == FAULT_PENDING_DONE;
    if (!sink->done_unanswered)
        return DONE;
    clock_sleep_ms(timeout_ms);
    return PENDING;
}

/* The late EndTxn of the transaction before arrives: what was produced is gone, what follows goes into another one. */
static void tear(struct sink *sink)
{
    if (!sink->tears)
        return;
    sink->tears = false;
    broker_txn_abort(sink->txn);
    sink->txn = broker_txn_begin(sink->process);
}

/* ---- Life -------------------------------------------------------------------------------------------------------- */

enum progress sink_init(struct sink *sink, int timeout_ms, struct err *err)
{
    enum fault fault;
    enum progress progress = enter(sink, CALL_INIT, timeout_ms, &fault, err);

    if (progress == PENDING)
        err_set(err, ERR_RETRY, 0, "E-FAKE", "no answer yet");
    if (progress != DONE)
        return progress;
    if (transactional())
        sink->producer_epoch = broker_producer_init(sink->process);
    sink->ready = true;
    return DONE;
}

bool sink_renew(struct sink *sink, struct err *err)
{
    (void)err;
    world.renewals++;
    free(sink->refused);
    *sink =
        (struct sink){.process = sink->process, .unbatched = sink->unbatched_next, .copy_refused = sink->copy_refused};
    return true;
}

bool sink_tainted(const struct sink *sink)
{
    return transactional() && (sink->tainted || sink->retired);
}

size_t sink_copy_limit(const struct sink *sink, size_t size)
{
    return sink->copy_refused == 0 || size < sink->copy_refused ? 0 : sink->copy_refused / 2;
}

bool sink_fenced(const struct sink *sink)
{
    return sink->fenced;
}

int sink_throttle_ms(const struct sink *sink)
{
    (void)sink;
    return 0;
}

/* ---- One transaction --------------------------------------------------------------------------------------------- */

bool sink_begin(struct sink *sink, struct err *err)
{
    enum fault fault;

    if (enter(sink, CALL_BEGIN, 0, &fault, err) != DONE)
        return false;
    if (!sink->ready)
        world_violation("a transaction was begun before init_transactions");
    if (sink->open && transactional())
        world_violation("a transaction was begun inside another one");
    sink->open = true;
    sink->offsets_sent = false;
    sink->done_unanswered = false;
    sink->queued = sink->refused_count = 0;
    sink->txn = broker_txn_begin(sink->process);
    sink->tears = transactional() && sink->tainted;
    if (!transactional())
        broker_txn_commit(sink->txn);
    return true;
}

static bool too_large(const struct outbound *out, enum delivery_role role)
{
    size_t limit = role == ROLE_DEAD_LETTER ? world.broker.copy_max_bytes : world.broker.event_max_bytes;
    size_t size = out->key.len + out->value.len;

    for (size_t i = 0; i < out->header_count; i++)
        size += out->headers[i].name.len + out->headers[i].value.len;
    return limit != 0 && size > limit;
}

static void refuse(struct sink *sink, struct delivery *delivery)
{
    if (sink->refused == NULL)
        sink->refused = calloc(REFUSED_MAX, sizeof *sink->refused);
    if (sink->refused == NULL || sink->refused_count == REFUSED_MAX)
        abort();
    sink->refused[sink->refused_count++] = delivery;
}

bool sink_produce(struct sink *sink, const struct outbound *out, struct delivery *delivery, struct err *err)
{
    enum fault fault;

    if (enter(sink, CALL_PRODUCE, 0, &fault, err) != DONE)
        return false;
    if (!sink->open)
        world_violation("a record was produced outside a transaction");
    sink->queued++;
    delivery->size = outbound_size(out);
    if (too_large(out, delivery->role))
        refuse(sink, delivery);
    else
        broker_publish(sink->txn, out, delivery->role == ROLE_DEAD_LETTER);
    tear(sink);
    return true;
}

/* A broker refuses a whole batch of records for the size of one; which one shows when they are sent alone. */
static enum progress refused(struct sink *sink, bool in_company, struct err *err)
{
    if (in_company && !sink->unbatched) {
        sink->dead = sink->unbatched_next = true;
        return failed(err, ERR_RENEW, "a topic refuses a batch of records");
    }
    for (size_t i = 0; i < sink->refused_count; i++) {
        struct delivery *delivery = sink->refused[i];
        delivery->too_large = true;
        if (delivery->role == ROLE_DEAD_LETTER && (sink->copy_refused == 0 || delivery->size < sink->copy_refused))
            sink->copy_refused = delivery->size;
    }
    sink->must_abort = true;
    return failed(err, ERR_ABORT, "a topic refuses a record");
}

enum progress sink_flush(struct sink *sink, int timeout_ms, struct err *err)
{
    enum fault fault;
    enum progress progress = enter(sink, CALL_FLUSH, timeout_ms, &fault, err);
    bool in_company = sink->queued > 1;

    if (progress != DONE)
        return progress;
    if (world.broker.flush_max != 0 && sink->queued > world.broker.flush_max) {
        clock_sleep_ms(timeout_ms);
        return PENDING;
    }
    sink->queued = 0;
    return sink->refused_count == 0 ? DONE : refused(sink, in_company, err);
}

static bool add_offsets(struct sink *sink, const struct source *source, const struct offsets *offsets)
{
    if (source->epoch == 0 || !broker_accepts(sink->process, source->generation))
        return false;
    for (size_t i = 0; i < offsets->count; i++)
        world.broker.txns[sink->txn].next[offsets->list[i].partition] = offsets->list[i].next;
    sink->offsets_sent = true;
    tear(sink);
    return true;
}

enum progress sink_send_offsets(struct sink *sink, struct source *source, const struct offsets *offsets, int timeout_ms,
                                struct err *err)
{
    enum fault fault;

    if (!transactional())
        return DONE;
    enum progress progress = enter(sink, CALL_OFFSETS, timeout_ms, &fault, err);
    if (progress != DONE)
        return progress;
    if (sink->queued > 0)
        world_violation("offsets were sent before the events were delivered");
    if (!add_offsets(sink, source, offsets)) {
        sink->must_abort = true;
        return failed(err, ERR_ABORT, "not a member of this generation");
    }
    return leave(sink, fault, timeout_ms);
}

enum progress sink_commit(struct sink *sink, struct source *source, const struct offsets *offsets, int timeout_ms,
                          struct err *err)
{
    enum fault fault;
    enum progress progress = enter(sink, CALL_COMMIT, timeout_ms, &fault, err);

    if (progress != DONE)
        return progress;
    if (!transactional())
        return source_commit(source, offsets, timeout_ms, err);
    if (sink->done_unanswered) {
        sink->open = false;
        return leave(sink, FAULT_NONE, timeout_ms);
    }
    if (!sink->open || !sink->offsets_sent)
        world_violation("a transaction was committed without offsets");
    if (fault == FAULT_RENEW_LATE) {
        world.broker.txns[sink->txn].state = TXN_PREPARED;
        world.broker.txns[sink->txn].ends_ms = world.now_ms + 3000;
    } else {
        broker_txn_commit(sink->txn);
    }
    sink->retired = sink->unbatched;
    if (fault == FAULT_ABORT_DONE) {
        sink->must_abort = true;
        return failed(err, ERR_ABORT, "a commit that happened and requires an abort");
    }
    if (fault == FAULT_RENEW_LATE || fault == FAULT_RENEW_DONE) {
        sink->dead = true;
        return failed(err, ERR_RENEW, "the answer to a commit was lost");
    }
    sink->open = fault == FAULT_PENDING_DONE;
    return leave(sink, fault, timeout_ms);
}

/*
 * A broker refuses to abort what it has committed (INVALID_TXN_STATE, which is fatal), unless it has forgotten about
 * it.
 */
static bool abort_open(struct sink *sink, enum fault fault)
{
    bool committed = sink->open && world.broker.txns[sink->txn].state != TXN_OPEN;

    if (sink->open && !committed)
        broker_txn_abort(sink->txn);
    return !committed || fault == FAULT_FORGOTTEN;
}

enum progress sink_abort(struct sink *sink, int timeout_ms, struct err *err)
{
    enum fault fault;
    enum progress progress = enter(sink, CALL_ABORT, timeout_ms, &fault, err);

    if (progress != DONE)
        return progress;
    if (transactional() && !abort_open(sink, fault)) {
        sink->dead = true;
        return failed(err, ERR_RENEW, "the transaction to abort was committed");
    }
    sink->open = false;
    sink->done_unanswered = false;
    sink->queued = sink->refused_count = 0;
    return DONE;
}
