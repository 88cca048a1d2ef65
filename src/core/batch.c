#include "core/batch.h"

#include "core/memory.h"

#include <stdlib.h>

void batch_init(struct batch *batch, size_t capacity)
{
    *batch = (struct batch){.capacity = capacity};
    batch->items = memory_zeroed(capacity, sizeof *batch->items);
}

void batch_free(struct batch *batch)
{
    free(batch->items);
    arena_free(&batch->arena);
    *batch = (struct batch){0};
}

void batch_reset(struct batch *batch)
{
    memset(batch->items, 0, batch->count * sizeof *batch->items);
    arena_reset(&batch->arena);
    batch->count = 0;
    batch->decoded = 0;
    batch->bytes = 0;
    batch->epoch = 0;
}

void batch_offsets(const struct batch *batch, size_t count, struct offsets *offsets)
{
    offsets_clear(offsets);
    for (size_t i = 0; i < count; i++)
        offsets_raise(offsets, batch->items[i].record.partition, batch->items[i].record.offset + 1);
}

void batch_item_decided(struct batch_item *item, const struct uuid *command_id, const struct ledger_row *row)
{
    *item = (struct batch_item){
        .record = {.topic = row->topic,
                   .partition = row->partition,
                   .offset = row->offset,
                   .timestamp_ms = row->timestamp_ms},
        .command = {.group_id = row->group_id, .study_activity_id = row->study_activity_id},
        .command_id = *command_id,
    };
    outcome_from_ledger(&item->outcome, row, &item->record, &item->command);
}
