/*
 * kafka/source.h over the world's brokers.
 */
#include "fakes.h"

#include "runtime/clock.h"

static bool stopped(enum fault fault, struct err *err)
{
    return fault == FAULT_STOP && !err_set(err, ERR_STOP, EXIT_FENCED, "E-FAKE-STOP", "a planned end");
}

/* As the header says: what ended the consumer is told at every call. */
static bool is_over(struct source *source, enum fault fault, struct err *err)
{
    source->over = source->over || fault == FAULT_RENEW;
    return source->over && !err_set(err, ERR_RESTART, EXIT_FENCED, "E-FAKE", "a planned end of the consumer");
}

static void give_up(struct source *source)
{
    source->epoch = 0;
    for (int p = 0; p < PARTITIONS; p++)
        source->partitions[p] = (struct owned){0};
}

/* The committed offsets of what is to be ours can be read only when no transaction holds them. */
static bool begin_epoch(struct source *source)
{
    struct broker *b = &world.broker;

    for (int p = 0; p < PARTITIONS; p++)
        if (b->owner[p] == source->process && broker_unstable(p))
            return false;
    for (int p = 0; p < PARTITIONS; p++) {
        int64_t start = b->committed[p] < 0 ? 0 : b->committed[p];
        source->partitions[p] = (struct owned){b->owner[p] == source->process, start, b->committed[p], -1};
    }
    source->generation = b->generation;
    source->epoch = ++source->epochs;
    return true;
}

/* What happens inside every poll. True when something changed. */
static bool poll_group(struct source *source, enum fault fault)
{
    bool revoked = false;

    if (!source->joined)
        return false;
    if (fault == FAULT_REBALANCE || fault == FAULT_REVOKE)
        group_rebalance();
    if (group_poll(source->process)) {
        give_up(source);
        revoked = true;
        if (fault == FAULT_REVOKE)
            return true;
    }
    if (source->epoch == 0 && !world.broker.joining)
        return begin_epoch(source) || revoked;
    return revoked;
}

enum progress source_check_topics(struct source *source, int timeout_ms, struct err *err)
{
    enum fault fault = call_enter(source->process, CALL_TOPICS);

    if (stopped(fault, err))
        return FAILED;
    if (fault != FAULT_PENDING)
        return DONE;
    clock_sleep_ms(timeout_ms);
    err_set(err, ERR_RETRY, 0, "E-FAKE", "no broker answers");
    return PENDING;
}

bool source_join(struct source *source, struct err *err)
{
    (void)err;
    if (!world.processes[source->process].sink.ready)
        world_violation("the group was joined before the predecessor was fenced");
    source->joined = true;
    return true;
}

uint64_t source_epoch(const struct source *source)
{
    return source->epoch;
}

int64_t source_watch_ms(const struct source *source)
{
    (void)source;
    return 4000;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static struct entry *entry_at(int partition, int64_t offset)
{
    return offset < (int64_t)world.broker.ends[partition] ? &world.broker.logs[partition][offset] : NULL;
}

static int64_t past_control(int partition, int64_t offset)
{
    for (;; offset++) {
        const struct entry *entry = entry_at(partition, offset);
        if (entry == NULL || entry->kind != ENTRY_CONTROL)
            return offset;
    }
}

static void take(struct source *source, struct batch *batch, int partition, int64_t offset)
{
    const struct entry *entry = entry_at(partition, offset);
    struct batch_item *item = &batch->items[batch->count++];

    item->message = source;
    item->record = (struct record){
        .topic = world.config.commands_topic,
        .partition = partition,
        .offset = offset,
        .timestamp_ms = entry->timestamp_ms,
        .key = bytes_of(entry->key),
        .value = {(const uint8_t *)entry->value, entry->value_len},
    };
    if (entry->echo != NULL) {
        struct header *header = arena_alloc(&batch->arena, sizeof *header);
        *header = (struct header){bytes_of("correlation-id"), bytes_of(entry->echo)};
        item->record.headers = header;
        item->record.header_count = 1;
    }
    batch->bytes += record_memory(&item->record);
    source->borrowed++;
    source->partitions[partition].handed = offset + 1;
    source->partitions[partition].position = offset + 1;
}

static void take_partition(struct source *source, struct batch *batch, size_t max_bytes, int partition)
{
    struct owned *owned = &source->partitions[partition];
    /* In a simulation a fetch brings anything from nothing to everything. */
    uint64_t left = world.chance == NULL ? UINT64_MAX : world_random(12);

    for (; left > 0 && batch->count < batch->capacity && batch->bytes < max_bytes; left--) {
        int64_t offset = past_control(partition, owned->position);
        if (entry_at(partition, offset) == NULL)
            return;
        take(source, batch, partition, offset);
    }
}

bool source_fill(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err)
{
    enum fault fault = call_enter(source->process, CALL_FILL);

    if (stopped(fault, err) || is_over(source, fault, err))
        return false;
    (void)poll_group(source, fault);
    if (batch->count > 0 && batch->epoch != source->epoch)
        return true;
    batch->epoch = source->epoch;
    for (int p = 0; p < PARTITIONS; p++)
        if (source->partitions[p].owned)
            take_partition(source, batch, max_bytes, p);
    if (batch->count == 0)
        clock_sleep_ms(timeout_ms);
    return true;
}

bool source_serve(struct source *source, int timeout_ms, struct err *err)
{
    enum fault fault = call_enter(source->process, CALL_SERVE);

    if (stopped(fault, err) || is_over(source, fault, err))
        return false;
    if (!poll_group(source, fault))
        clock_sleep_ms(timeout_ms);
    return true;
}

void source_truncate(struct source *source, struct batch *batch, size_t count)
{
    for (size_t i = count; i < batch->count; i++) {
        source->borrowed -= batch->items[i].message != NULL;
        batch->items[i] = (struct batch_item){0};
    }
    batch->count = count;
}

void source_release(struct source *source, struct batch *batch)
{
    source_truncate(source, batch, 0);
    batch_reset(batch);
}

/* ---- Offsets ----------------------------------------------------------------------------------------------------- */

void source_offsets(const struct source *source, const struct batch *batch, size_t count, struct offsets *offsets)
{
    batch_offsets(batch, count, offsets);
    for (size_t i = 0; i < offsets->count; i++) {
        struct offset *offset = &offsets->list[i];
        const struct owned *owned = &source->partitions[offset->partition];
        if (owned->owned && owned->handed == offset->next)
            offsets_raise(offsets, offset->partition, past_control(offset->partition, offset->next));
    }
}

void source_trailing(const struct source *source, struct offsets *offsets)
{
    offsets_clear(offsets);
    for (int p = 0; p < PARTITIONS; p++) {
        const struct owned *owned = &source->partitions[p];
        if (!owned->owned || owned->handed > owned->committed)
            continue;
        int64_t next = past_control(p, owned->position);
        if (next > owned->committed && next > 0)
            offsets_raise(offsets, p, next);
    }
}

void source_committed(struct source *source, const struct offsets *offsets)
{
    for (size_t i = 0; i < offsets->count; i++) {
        struct owned *owned = &source->partitions[offsets->list[i].partition];
        if (owned->owned)
            owned->committed = offsets->list[i].next;
    }
}

enum progress source_settled(struct source *source, const struct offsets *offsets, int timeout_ms, bool *moved,
                             struct err *err)
{
    enum fault fault = call_enter(source->process, CALL_SETTLED);
    bool unstable = fault == FAULT_PENDING;

    if (stopped(fault, err))
        return FAILED;
    *moved = true;
    for (size_t i = 0; i < offsets->count; i++) {
        int p = offsets->list[i].partition;
        unstable = unstable || broker_unstable(p);
        *moved = *moved && world.broker.committed[p] >= offsets->list[i].next;
    }
    if (!unstable)
        return DONE;
    clock_sleep_ms(timeout_ms);
    err_set(err, ERR_RETRY, 0, "E-FAKE", "the group's offsets are not stable");
    return PENDING;
}

enum progress source_commit(struct source *source, const struct offsets *offsets, int timeout_ms, struct err *err)
{
    (void)timeout_ms;
    if (source->epoch == 0 || !broker_accepts(source->process, source->generation))
        return err_set(err, ERR_ABORT, 0, "E-FAKE", "not a member of this generation") ? DONE : FAILED;
    size_t txn = broker_txn_begin(source->process);
    for (size_t i = 0; i < offsets->count; i++)
        world.broker.txns[txn].next[offsets->list[i].partition] = offsets->list[i].next;
    broker_txn_commit(txn);
    return DONE;
}
