/* The loop, and what it waits for. Nothing is lost when it stops at the wrong moment; src/README.md has the table. */
#include "worker/worker.h"

#include "runtime/clock.h"
#include "runtime/failpoint.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"
#include "worker/keepalive.h"
#include "worker/observe.h"
#include "worker/circuit_breaker.h"
#include "worker/decode_batch.h"
#include "worker/publish.h"
#include "worker/resolver.h"

#include <inttypes.h>
#include <stdlib.h>

#define FILL_WAIT_MS   100
#define STORE_SLICE_MS 100
#define ADVANCE_MS     500
#define START_SLICE_MS 250
#define BREAKER_LOG_MS 60000
#define TRAILING_MS    200
#define ALIVE_MS       1000
#define BATCHES        3

struct worker {
    struct worker_parts parts;
    struct batch batches[BATCHES];
    struct batch *next;               /* being filled, then in the store */
    struct batch *ahead;              /* under load, filled and decoded while the store works on `next`; else empty */
    struct batch *prev;               /* decided, to be published; NULL: none */
    struct batch *spare;              /* empty; NULL while there is a `prev` */
    struct keepalive store_keepalive; /* PostgreSQL and Kafka each have their own backoff, since either may be down */
    struct keepalive sink_keepalive;
    struct publisher publisher;
    struct resolver resolver;
    struct circuit_breaker breaker;
    struct circuit_breaker breaker_before; /* its state before it looked at `prev` */
    int64_t breaker_logged_ms;
    int64_t trailing_ms; /* when trailing offsets were last looked at */
    int64_t sent_us;     /* when the present batch was sent to the store */
    bool sent_alone;     /* nothing was published meanwhile */
    int64_t alive_ms;    /* when the idle connection was last looked at */
};

struct worker *worker_new(const struct worker_parts *parts)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        abort();
    w->parts = *parts;
    for (int i = 0; i < BATCHES; i++)
        batch_init(&w->batches[i], (size_t)parts->config->batch_max_messages);
    w->next = &w->batches[0];
    w->ahead = &w->batches[1];
    w->spare = &w->batches[2];
    int64_t patience_ms = parts->config->shutdown_timeout_ms / 2;
    w->store_keepalive = (struct keepalive){
        .source = parts->source,
        .dependency = DEPENDENCY_POSTGRESQL,
        .stop_limit_ms = patience_ms,
        .backoff = {.base_ms = 50, .cap_ms = 1000}
    };
    w->sink_keepalive = (struct keepalive){
        .source = parts->source,
        .dependency = DEPENDENCY_KAFKA,
        .stop_limit_ms = patience_ms,
        .backoff = {.base_ms = 20, .cap_ms = 1000}
    };
    w->publisher = (struct publisher){
        .config = parts->config,
        .source = parts->source,
        .sink = parts->sink,
        .encoder = parts->encoder,
        .keepalive = &w->sink_keepalive,
    };
    w->resolver =
        (struct resolver){.decode = parts->decode, .registry = parts->registry, .keepalive = &w->store_keepalive};
    w->breaker.limit = parts->config->dlq_brake;
    return w;
}

void worker_free(struct worker *w)
{
    if (w == NULL)
        return;
    for (int i = 0; i < BATCHES; i++) {
        source_release(w->parts.source, &w->batches[i]);
        batch_free(&w->batches[i]);
    }
    publish_free(&w->publisher);
    free(w);
}

/* ---- Start ------------------------------------------------------------------------------------------------------- */

/* A host that never answered is more likely a wrong name than an outage. */
static bool unreachable(const struct worker *w, int64_t started_ms, const char *what, const struct err *why,
                        struct err *err)
{
    if (clock_ms() - started_ms < w->parts.config->startup_timeout_ms)
        return false;
    (void)err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_START_01,
                  "%s never answered within startup.timeout.ms (%" PRId64 ")\n  %.500s\n"
                  "  fix: start it, or correct its address, port and protocol (TLS, SASL)",
                  what, w->parts.config->startup_timeout_ms, why->message);
    return true;
}

static bool find_topics(struct worker *w, struct err *err)
{
    int64_t started_ms = clock_ms();
    struct err why = {0};
    enum progress progress;

    while ((progress = source_check_topics(w->parts.source, START_SLICE_MS, &why)) == PENDING) {
        if (!w->parts.answered->broker &&
            unreachable(w, started_ms, "the broker (kafka.bootstrap.servers) or the address that it advertises", &why,
                        err))
            return false;
        observe_failed(DEPENDENCY_KAFKA, &why, 0);
        watchdog_tick("waiting for the broker");
        if (stop_requested())
            return err_interrupted(err, "waiting for the broker");
    }
    w->parts.answered->broker = true;
    if (progress == FAILED)
        *err = why;
    else
        observe_up(DEPENDENCY_KAFKA);
    return progress == DONE;
}

/* Connects, and waits as long as it takes. `started_ms` 0: it never gives up; else it does after startup.timeout.ms. */
static bool connect_store(struct worker *w, int64_t started_ms, struct err *err)
{
    struct err why;
    enum progress progress;

    (void)observe_calling(DEPENDENCY_POSTGRESQL);
    while ((progress = store_connect(w->parts.store, STORE_SLICE_MS, &why)) != DONE) {
        if (!keepalive_tick(&w->store_keepalive, "connecting to PostgreSQL", err))
            return false;
        if (progress == PENDING)
            (void)err_set(&why, ERR_RETRY, EXIT_UNREACHABLE, E_START_01,
                          "a connection is accepted, and nothing answers on it");
        if (why.class == ERR_STOP) {
            *err = why;
            return false;
        }
        if (started_ms != 0 && unreachable(w, started_ms, "PostgreSQL (postgres.conninfo)", &why, err))
            return false;
        if (progress == FAILED && !keepalive_pause(&w->store_keepalive, "connecting to PostgreSQL", &why, err))
            return false;
    }
    backoff_reset(&w->store_keepalive.backoff);
    w->parts.answered->database = true;
    observe_up(DEPENDENCY_POSTGRESQL);
    return true;
}

bool worker_start(struct worker *w, struct err *err)
{
    return connect_store(w, w->parts.answered->database ? 0 : clock_ms(), err) && find_topics(w, err) &&
           publish_ready(&w->publisher, err) && source_join(w->parts.source, err);
}

/* ---- Deciding ---------------------------------------------------------------------------------------------------- */

static bool needs_store(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].outcome.kind == OUTCOME_PENDING && batch->items[i].row == NULL)
            return true;
    return false;
}

static bool send(struct worker *w, struct err *err)
{
    observe_batch(w->next);
    w->sent_us = clock_utc_us();
    w->sent_alone = w->prev == NULL;
    return !needs_store(w->next) || store_send(w->parts.store, w->next, err);
}

/*
 * Gives PostgreSQL all that it needs, so that it works while the batch before is published. If it is held up, by a lock
 * perhaps, what has been decided is published first.
 */
static bool advance(struct worker *w, struct err *err)
{
    return !needs_store(w->next) || store_advance(w->parts.store, w->next, ADVANCE_MS, err) != FAILED;
}

static bool receive(struct worker *w, struct batch *batch, struct err *err)
{
    enum progress progress;

    while ((progress = store_receive(w->parts.store, batch, STORE_SLICE_MS, err)) == PENDING)
        if (!keepalive_tick(&w->store_keepalive, "waiting for PostgreSQL", err))
            return false;
    return progress == DONE;
}

/*
 * After a failed decision: pauses, and connects again if need be. The batch itself stays as it is, in order, for as
 * long as it takes.
 */
static bool repair_store(struct worker *w, const char *what, const struct err *why, struct err *err)
{
    bool renew = why->class == ERR_RENEW;

    if (renew)
        store_disconnect(w->parts.store);
    return keepalive_pause(&w->store_keepalive, what, why, err) && (!renew || connect_store(w, 0, err));
}

/*
 * Finishes what store_send has begun, and repeats it until PostgreSQL has decided. `unsent`: why it was not begun, or
 * NULL. If the batch's assignment ends meanwhile it stays undecided, and publishing will drop it.
 */
static bool decide(struct worker *w, struct batch *batch, const struct err *unsent, struct err *err)
{
    bool sent = unsent == NULL;
    struct err why = sent ? (struct err){0} : *unsent;

    if (needs_store(batch))
        (void)observe_calling(DEPENDENCY_POSTGRESQL);
    while (needs_store(batch)) {
        if (sent && receive(w, batch, &why)) {
            observe_called(DEPENDENCY_POSTGRESQL, TIMING_STORE, w->sent_us, w->sent_alone);
            break;
        }
        if (err_ends(&why)) {
            *err = why;
            return false;
        }
        if (source_epoch(w->parts.source) != batch->epoch) {
            observe_left(DEPENDENCY_POSTGRESQL);
            store_disconnect(w->parts.store);
            return connect_store(w, 0, err);
        }
        if (!repair_store(w, "deciding", &why, err))
            return false;
        w->sent_us = clock_utc_us();
        w->sent_alone = true;
        sent = store_send(w->parts.store, batch, &why);
    }
    backoff_reset(&w->store_keepalive.backoff);
    return batch_outcomes(batch, err);
}

/* ---- The loop: its phases ---------------------------------------------------------------------------------------- */

/* Adds what has arrived, at most until the batch is full. */
static bool fill(struct worker *w, struct batch *batch, int wait_ms, struct err *err)
{
    struct source *source = w->parts.source;
    size_t count = batch->count;

    if (!source_fill(source, batch, (size_t)w->parts.config->batch_max_bytes, wait_ms, err))
        return false;
    if (source_epoch(source) != batch->epoch)
        source_release(source, batch); /* the partitions' new owner reads its records */
    if (count == 0)
        batch->read_us = clock_utc_us();
    if (batch->count > count)
        observe_in_flight(w->batches, BATCHES);
    return true;
}

/* Publishes the batch before. */
static bool publish(struct worker *w, struct err *err)
{
    if (w->prev == NULL)
        return true;
    watchdog_tick("publishing");
    switch (publish_batch(&w->publisher, w->prev, err)) {
    case PUBLISHED:
        observe_answered(w->parts.config, w->prev);
        if (w->parts.published != NULL)
            w->parts.published(w->parts.opaque, w->prev);
        break;
    case DROPPED: w->breaker = w->breaker_before; break; /* the next reader of its records counts them */
    case UNPUBLISHED: return false;
    }
    source_release(w->parts.source, w->prev);
    w->spare = w->prev;
    w->prev = NULL;
    observe_in_flight(w->batches, BATCHES);
    failpoint("released");
    return true;
}

/*
 * Looks up schemas that are not known yet. What has been decided is published first, since a registry may be away for
 * long.
 */
static bool resolve(struct worker *w, struct err *err)
{
    struct source *source = w->parts.source;

    if (resolver_ask(&w->resolver, w->next))
        return true;
    if (!publish(w, err) || !resolver_wait(&w->resolver, w->next, err))
        return false;
    if (source_epoch(source) != w->next->epoch)
        source_release(source, w->next); /* the partitions' new owner reads its records */
    return true;
}

static void decode_new(struct worker *w, struct batch *batch)
{
    int64_t started_us = clock_utc_us();

    if (batch->decoded == batch->count)
        return;
    decode_batch(w->parts.decode, w->parts.config->commands_id_required, batch);
    observe_decoded(started_us);
}

/* Fills and decodes the next batch. Waits only when nothing is in flight. */
static bool read(struct worker *w, struct err *err)
{
    if (!fill(w, w->next, w->prev == NULL ? FILL_WAIT_MS : 0, err) || !resolve(w, err))
        return false;
    decode_new(w, w->next);
    return true;
}

/*
 * Under load the batch after the next is read while PostgreSQL works, so that it does not have to wait for it later. With
 * few commands this would only part them into more batches.
 */
static bool read_ahead(struct worker *w, struct err *err)
{
    if (w->next->count < WORKER_OVERLAP_MIN)
        return true;
    if (!fill(w, w->ahead, 0, err))
        return false;
    if (resolver_ask(&w->resolver, w->ahead))
        decode_new(w, w->ahead);
    return true;
}

/*
 * While no command comes nothing is sent to the database. Without this a lost connection would show only with the next
 * command, which would have to wait.
 */
static bool look_at_store(struct worker *w, int64_t now_ms, struct err *err)
{
    struct err why;

    if (now_ms - w->alive_ms < ALIVE_MS)
        return true;
    w->alive_ms = now_ms;
    return store_alive(w->parts.store, &why) || repair_store(w, "idle", &why, err);
}

/* Nothing has come and nothing is in flight: only offsets after control records may be left to commit. */
static bool idle(struct worker *w, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (!look_at_store(w, now_ms, err))
        return false;
    if (source_epoch(w->parts.source) == 0 || now_ms - w->trailing_ms < TRAILING_MS)
        return true;
    w->trailing_ms = now_ms;
    enum publish_result result = publish_offsets(&w->publisher, w->next, err);
    batch_reset(w->next);
    return result != UNPUBLISHED;
}

/* The batch that was just decided becomes the one to publish, up to where the circuit breaker allows. */
static void hand_over(struct worker *w)
{
    struct batch *decided = w->next;

    w->next = w->ahead;
    w->ahead = w->spare;
    w->prev = decided;
    w->spare = NULL;
    w->breaker_before = w->breaker;
    if (source_epoch(w->parts.source) == decided->epoch)
        source_truncate(w->parts.source, decided, circuit_breaker_look(&w->breaker, decided));
    if (w->breaker.open)
        source_release(w->parts.source, w->next);
    observe_breaker(&w->breaker, decided);
}

/* Stays in the group, reads nothing, and repeats why. */
static bool stopped_reading(struct worker *w, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (now_ms - w->breaker_logged_ms >= BREAKER_LOG_MS) {
        w->breaker_logged_ms = now_ms;
        log_error(E_DLQ_BRAKE,
                  "reading has stopped: %" PRId64 " records in a row could not be read or stored (dlq.brake)\n"
                  "  fix: see the newest records of %s, mend the cause, and restart",
                  w->breaker.run, w->parts.config->dlq_topic);
    }
    watchdog_tick("reading has stopped");
    return source_serve(w->parts.source, FILL_WAIT_MS, err);
}

bool worker_step(struct worker *w, struct err *err)
{
    struct err unsent;

    err_clear(err);
    watchdog_tick("reading");
    if (w->breaker.open)
        return publish(w, err) && stopped_reading(w, err);

    if (!read(w, err))
        return false;
    if (w->next->count == 0)
        return w->prev == NULL ? idle(w, err) : publish(w, err);
    failpoint("filled");
    bool sent = send(w, &unsent);
    failpoint("sent");
    if (!read_ahead(w, err))
        return false;
    sent = sent && advance(w, &unsent);
    if (!publish(w, err) || !decide(w, w->next, sent ? NULL : &unsent, err))
        return false;
    failpoint("decided");
    hand_over(w);
    return w->prev->count >= WORKER_OVERLAP_MIN || publish(w, err);
}

bool worker_drain(struct worker *w, struct err *err)
{
    err_clear(err);
    return publish(w, err);
}
