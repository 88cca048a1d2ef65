#include "core/status.h"
#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "kafka/replay.h"
#include "kafka/source_parts.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>

/* How long source_kept asks at first. A transaction of ours that is still being ended takes a few ms. */
#define KEPT_MS 100

/* The position after control and aborted records that follow what was read. */
static int64_t position_behind(const struct source *source, int32_t partition)
{
    return source->replay != NULL ? replay_position(source->replay, partition)
                                  : position_of(source->rk, source->config->commands_topic, partition);
}

void source_offsets(const struct source *source, const struct batch *batch, size_t count, struct offsets *offsets)
{
    batch_offsets(batch, count, offsets);
    for (size_t i = 0; i < offsets->count; i++) {
        struct offset *offset = &offsets->list[i];
        const struct owned_partition *owned = assignment_find(&source->assignment, offset->partition);
        if (owned != NULL && owned->handed == offset->next)
            offsets_raise(offsets, offset->partition, position_behind(source, offset->partition));
    }
}

void source_trailing(const struct source *source, struct offsets *offsets)
{
    offsets_clear(offsets);
    for (size_t i = 0; i < source->assignment.count; i++) {
        const struct owned_partition *owned = &source->assignment.list[i];
        if (owned->handed > owned->committed)
            continue;
        int64_t next = position_behind(source, owned->partition);
        if (next > owned->committed && next > 0)
            offsets_raise(offsets, owned->partition, next);
    }
    if (source->replay != NULL)
        replay_trailing(source->replay, offsets);
}

void source_committed(struct source *source, const struct offsets *offsets)
{
    membership_accepted(&source->membership);
    if (source->replay != NULL)
        replay_committed(source->replay, offsets);
    for (size_t i = 0; i < offsets->count; i++) {
        struct owned_partition *owned = assignment_find(&source->assignment, offsets->list[i].partition);
        if (owned == NULL)
            continue;
        owned->committed = offsets->list[i].next;
        status_committed(owned->partition, owned->committed, clock_utc_us());
    }
}

enum progress source_settled(struct source *source, const struct offsets *offsets, int timeout_ms, bool *moved,
                             struct err *err)
{
    const char *topic = source->config->commands_topic;
    int slice_ms = patience_begin(&source->settled, timeout_ms);
    enum progress progress = source->replay != NULL
                                 ? replay_settled(source->replay, source->rk, topic, offsets, slice_ms, moved, err)
                                 : positions_settled(source->rk, topic, offsets, slice_ms, moved, err);

    patience_end(&source->settled, progress != PENDING);
    return progress;
}

static bool lost_with_its_topic(const struct source *source, int32_t partition, int64_t committed, struct err *err)
{
    const char *topic = source->config->commands_topic;
    char place[320];

    snprintf(place, sizeof place, "%s[%" PRId32 "]: the group's offset %" PRId64 " is gone", topic, partition,
             committed);
    return kafka_error_classify(err, KAFKA_CALL_CONSUME, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, KAFKA_FLAG_NONE,
                                "the topic was made anew", place);
}

static bool is_kept(const struct source *source, const rd_kafka_topic_partition_list_t *list, struct err *err)
{
    for (int i = 0; i < list->cnt; i++) {
        const struct owned_partition *owned = assignment_find(&source->assignment, list->elems[i].partition);
        if (owned != NULL && owned->committed >= 0 && list->elems[i].offset < 0)
            return lost_with_its_topic(source, owned->partition, owned->committed, err);
    }
    return source->replay == NULL || replay_is_ours(source->replay, list, err);
}

enum progress source_kept(struct source *source, const struct offsets *offsets, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = positions_list(source->config->commands_topic, offsets);
    bool read = positions_committed(source->rk, list, patience_begin(&source->kept, KEPT_MS)) == 0;

    patience_end(&source->kept, read);
    bool kept = !read || is_kept(source, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    if (!kept)
        return FAILED;
    return read || source->replay == NULL ? DONE : PENDING;
}

enum progress source_commit(struct source *source, const struct offsets *offsets, int timeout_ms, struct err *err)
{
    enum progress progress =
        offset_commit_run(&source->commit, source->rk, source->config->commands_topic, offsets, timeout_ms, err);

    if (progress == FAILED)
        source_refused(source, err);
    return progress;
}
