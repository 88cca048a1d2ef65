#include "kafka/tools/copier.h"

#include "core/memory.h"
#include "kafka/sink.h"
#include "runtime/clock.h"
#include "runtime/failpoint.h"
#include "runtime/stop.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define SLICE_MS 250

enum step { STEP_READY, STEP_FLUSH, STEP_OFFSETS, STEP_COMMIT, STEP_ABORT };

struct copier {
    const struct config *config;
    struct sink *sink;
    rd_kafka_consumer_group_metadata_t *metadata;
    int timeout_ms;
    struct delivery *deliveries; /* owned */
    size_t capacity;
};

/* ---- Waiting ----------------------------------------------------------------------------------------------------- */

MUSTUSE static enum progress step_once(struct copier *copier, enum step step,
                                       const struct rd_kafka_topic_partition_list_s *offsets, struct err *err)
{
    switch (step) {
    case STEP_READY: return sink_init(copier->sink, SLICE_MS, err);
    case STEP_FLUSH: return sink_flush(copier->sink, SLICE_MS, err);
    case STEP_OFFSETS: return sink_add_offsets(copier->sink, offsets, copier->metadata, SLICE_MS, err);
    case STEP_COMMIT: return sink_commit(copier->sink, NULL, NULL, SLICE_MS, err);
    case STEP_ABORT: return sink_abort(copier->sink, SLICE_MS, err);
    }
    return FAILED;
}

/* A transaction that is under way is brought to its end, so that the reported count is what was done. */
static bool is_over(const struct copier *copier, enum step step, int64_t started_ms, struct err *err)
{
    if (step == STEP_READY && stop_requested())
        return !err_interrupted(err, "waiting for a broker");
    if (clock_ms() - started_ms < copier->timeout_ms)
        return false;
    return !err_set(
        err, ERR_STOP, EXIT_UNREACHABLE, E_KAFKA_DOWN,
        "the brokers did not do it within %d s\n  fix: see whether they are up, then the same command again",
        copier->timeout_ms / 1000);
}

static bool step_run(struct copier *copier, enum step step, const struct rd_kafka_topic_partition_list_s *offsets,
                     struct err *err)
{
    int64_t started_ms = clock_ms();
    enum progress progress;

    while ((progress = step_once(copier, step, offsets, err)) == PENDING)
        if (is_over(copier, step, started_ms, err))
            return false;
    return progress == DONE;
}

/* A tool has no better times to wait for. */
static bool give_up(const struct copier *copier, struct err *err)
{
    if (sink_fenced(copier->sink))
        return err_set(err, ERR_STOP, EXIT_FENCED, E_KAFKA_FENCED,
                       "another process has begun with the transactional id %.200s, or this one was paused for longer "
                       "than its transaction may last\n  fix: let the other one do its work, or give the same command "
                       "again",
                       copier->config->transactional_id);
    if (err->class < ERR_INTERRUPTED) {
        err->class = ERR_STOP;
        err->exit_code = EXIT_UNREACHABLE;
    }
    return false;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

struct copier *copier_open(const struct config *config, int timeout_ms, struct err *err)
{
    struct copier *copier = memory_zeroed(1, sizeof *copier);

    copier->config = config;
    copier->timeout_ms = timeout_ms;
    copier->metadata = rd_kafka_consumer_group_metadata_new(config->group_id);
    copier->sink = sink_open_unbatched(config, err);
    if (copier->sink != NULL && (step_run(copier, STEP_READY, NULL, err) || give_up(copier, err)))
        return copier;
    copier_close(copier);
    return NULL;
}

void copier_close(struct copier *copier)
{
    if (copier == NULL)
        return;
    sink_close(copier->sink);
    rd_kafka_consumer_group_metadata_destroy(copier->metadata);
    free(copier->deliveries);
    free(copier);
}

/* ---- One transaction --------------------------------------------------------------------------------------------- */

static void reserve(struct copier *copier, size_t count)
{
    if (copier->capacity >= count)
        return;
    copier->deliveries = memory_resized(copier->deliveries, count, sizeof *copier->deliveries);
    copier->capacity = count;
}

/* All steps up to the last one after which an abort is safe. */
static bool deliver(struct copier *copier, const struct outbound *records, size_t count, struct err *err)
{
    if (!sink_begin(copier->sink, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        copier->deliveries[i] = (struct delivery){.item = (uint32_t)i, .role = ROLE_EVENT};
        if (!sink_produce(copier->sink, &records[i], &copier->deliveries[i], err))
            return false;
    }
    return step_run(copier, STEP_FLUSH, NULL, err);
}

static size_t first_too_large(const struct copier *copier, size_t count)
{
    size_t i = 0;

    while (i < count && !copier->deliveries[i].too_large)
        i++;
    return i;
}

static bool refused(const char *topic, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_SIZE,
                   "a record is too large for %.200s\n  fix: raise max.message.bytes of that topic", topic);
}

/*
 * An open transaction would hold up every reader. The abort also tells who has ended the transaction: a fence shows
 * nowhere else.
 */
static bool undo(struct copier *copier, const struct outbound *records, size_t count, size_t *too_large,
                 struct err *err)
{
    struct err why;

    (void)step_run(copier, STEP_ABORT, NULL, &why);
    *too_large = first_too_large(copier, count);
    return *too_large < count && !sink_fenced(copier->sink) ? refused(records[*too_large].topic, err)
                                                            : give_up(copier, err);
}

/* A late request could end the next transaction: kafka/taint.h. */
static bool is_usable(const struct copier *copier, struct err *err)
{
    return !sink_tainted(copier->sink) ||
           err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_KAFKA_DOWN,
                   "a broker left a request without an answer\n  fix: the same command again");
}

bool copier_move(struct copier *copier, const struct outbound *records, size_t count,
                 struct rd_kafka_topic_partition_list_s *offsets, size_t *too_large, struct err *err)
{
    *too_large = count;
    reserve(copier, count);
    bool begun = is_usable(copier, err);
    bool done = begun && deliver(copier, records, count, err);
    failpoint("copied");
    done = done && step_run(copier, STEP_OFFSETS, offsets, err);
    failpoint("copies-offsets-added");
    bool settled = !begun || done;
    done = done && step_run(copier, STEP_COMMIT, NULL, err);
    failpoint("copies-committed");
    rd_kafka_topic_partition_list_destroy(offsets);
    if (done)
        return true;
    return settled ? give_up(copier, err) : undo(copier, records, count, too_large, err);
}
