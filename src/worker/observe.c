#include "worker/observe.h"

#include "core/counters.h"
#include "core/status.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>

/*
 * A row that was decided so long before its record was read was decided in an earlier reading. The clocks of the
 * database and of this machine may differ by less than that.
 */
#define REREAD_US INT64_C(60000000)

/* When a batch has more partitions, the others are ignored; they are in the next one. */
#define PARTITIONS 64

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

void observe_decoded(int64_t started_us)
{
    counters_time(TIMING_DECODE, clock_utc_us() - started_us);
}

void observe_batch(const struct batch *batch)
{
    counters_time(TIMING_BATCH, (int64_t)batch->count);
}

struct oldest {
    struct waiting_since list[PARTITIONS];
    size_t count;
};

/* Items of one partition mostly come one after the other. */
static void look_at(struct oldest *oldest, const struct batch *batch)
{
    struct waiting_since *last = NULL;

    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->items[i].record;
        int64_t since_us = record->timestamp_ms > 0 ? record->timestamp_ms * 1000 : batch->read_us;
        if (last == NULL || last->partition != record->partition) {
            size_t at = 0;
            while (at < oldest->count && oldest->list[at].partition != record->partition)
                at++;
            if (at == PARTITIONS)
                continue;
            if (at == oldest->count)
                oldest->list[oldest->count++] = (struct waiting_since){record->partition, since_us};
            last = &oldest->list[at];
        }
        if (since_us < last->since_us)
            last->since_us = since_us;
    }
}

void observe_in_flight(const struct batch *batches, size_t count)
{
    struct oldest oldest = {.count = 0};
    size_t commands = 0;

    for (size_t i = 0; i < count; i++) {
        look_at(&oldest, &batches[i]);
        commands += batches[i].count;
    }
    status_in_flight(commands, oldest.list, oldest.count);
}

/* ---- Answering --------------------------------------------------------------------------------------------------- */

static void count_duplicate(const struct config *config)
{
    counters_add(config->duplicates == DUPLICATES_SUPPRESS ? COUNTER_SUPPRESSED : COUNTER_DUPLICATE, 1);
}

/* A dead letter wants a person, so the first of them is a warning; the others are for whoever asks for every line. */
static void log_rejection(const struct batch_item *item, const char *dlq_topic)
{
    static struct log_limit limit;
    const char *code = errcode_name(item->outcome.code);
    uint64_t held_back;

    if (dlq_topic == NULL)
        log_record(LOG_DEBUG, code, &item->record, &item->command_id, "rejected");
    else if (log_allowed(&limit, clock_ms(), &held_back))
        log_record(LOG_WARNING, code, &item->record, &item->command_id,
                   "rejected, with a copy in %s (%" PRIu64 " more held back)", dlq_topic, held_back);
    else
        log_record(LOG_DEBUG, code, &item->record, &item->command_id, "rejected, with a copy in %s", dlq_topic);
}

static void count_rejection(const struct config *config, const struct batch_item *item, int64_t now_us)
{
    struct refusal refusal = {
        .at_us = now_us,
        .partition = item->record.partition,
        .offset = item->record.offset,
        .code = item->outcome.code,
        .command_id = item->command_id,
    };

    bool copied = errcode_goes_to_dlq(item->outcome.code) && *config->dlq_topic != 0;

    counters_reject(item->outcome.code);
    status_refused(&refusal);
    if (copied)
        counters_add(COUNTER_DLQ, 1);
    log_rejection(item, copied ? config->dlq_topic : NULL);
}

static void count_item(const struct config *config, const struct batch_item *item, int64_t now_us)
{
    if (item->outcome.replayed)
        count_duplicate(config);
    else if (item->outcome.kind == OUTCOME_CREATED)
        counters_add(COUNTER_CREATED, 1);
    else
        count_rejection(config, item, now_us);
}

/*
 * True when the command was answered before and is read again after a rewind. An answer that decides nothing leaves
 * that open.
 */
static bool is_reread(const struct batch *batch, const struct batch_item *item)
{
    return item->outcome.decided && !item->outcome.replayed && item->outcome.occurred_us < batch->read_us - REREAD_US;
}

void observe_answered(const struct config *config, const struct batch *batch)
{
    int64_t now_us = clock_utc_us();

    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        bool reread = is_reread(batch, item);
        bool last = i + 1 == batch->count || batch->items[i + 1].record.partition != item->record.partition;
        count_item(config, item, now_us);
        if (item->record.timestamp_ms > 0 && !reread)
            counters_time(TIMING_LATENCY, now_us - item->record.timestamp_ms * 1000);
        if (last && item->outcome.decided && !item->outcome.replayed)
            status_reread(item->record.partition, reread);
    }
    if (batch->count > 0)
        status_moved(now_us);
}

void observe_breaker(const struct circuit_breaker *breaker, const struct batch *batch)
{
    enum errcode code = batch->count == 0 ? ERRCODE_NONE : batch->items[batch->count - 1].outcome.code;

    status_breaker(breaker->run, breaker->open, code);
}

/* ---- Dependencies ------------------------------------------------------------------------------------------------ */

int64_t observe_calling(enum dependency_name name)
{
    int64_t now_us = clock_utc_us();

    status_calling(name, now_us);
    return now_us;
}

void observe_called(enum dependency_name name, enum timing timing, int64_t started_us, bool alone)
{
    int64_t now_us = clock_utc_us();

    counters_time(timing, now_us - started_us);
    status_up(name, alone ? now_us - started_us : -1, now_us);
}

void observe_left(enum dependency_name name)
{
    status_called(name);
}

void observe_failed(enum dependency_name name, const struct err *err, int64_t wait_ms)
{
    status_down(name, err, wait_ms, clock_utc_us());
}

void observe_up(enum dependency_name name)
{
    status_up(name, -1, clock_utc_us());
}
