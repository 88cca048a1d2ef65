/*
 * postgres/store.h without a database: every command is created at the second look, so that the loop works on two
 * batches at once.
 */
#include "memory_store.h"

#include "runtime/clock.h"

#include <stdlib.h>

struct store {
    struct batch *deciding;
    bool looked;
};

static int64_t decisions;

int64_t memory_store_decisions(void)
{
    return decisions;
}

struct store *store_new(const struct config *config)
{
    struct store *store = calloc(1, sizeof *store);

    (void)config;
    if (store == NULL)
        abort();
    return store;
}

void store_free(struct store *store)
{
    free(store);
}

bool store_alive(struct store *store, struct err *err)
{
    (void)store, (void)err;
    return true;
}

enum progress store_connect(struct store *store, int timeout_ms, struct err *err)
{
    (void)store, (void)timeout_ms, (void)err;
    return DONE;
}

void store_disconnect(struct store *store)
{
    store->deciding = NULL;
}

bool store_send(struct store *store, struct batch *batch, struct err *err)
{
    (void)err;
    store->deciding = batch;
    store->looked = false;
    return true;
}

static void decide(struct batch *batch, struct batch_item *item)
{
    struct ledger_row *row = arena_alloc(&batch->arena, sizeof *row);

    *row = (struct ledger_row){
        .kind = OUTCOME_CREATED,
        .group_id = item->command.group_id,
        .study_activity_id = item->command.study_activity_id,
        .session = {++decisions, 1, 1, bytes_of("one"), bytes_of("two"), clock_utc_us()},
        .decided_us = clock_utc_us(),
        .topic = item->record.topic,
        .partition = item->record.partition,
        .offset = item->record.offset,
        .timestamp_ms = item->record.timestamp_ms,
    };
    item->row = row;
}

enum progress store_advance(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    (void)store, (void)batch, (void)timeout_ms, (void)err;
    return DONE;
}

enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    (void)timeout_ms, (void)err;
    if (!store->looked) {
        store->looked = true;
        return PENDING;
    }
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].outcome.kind == OUTCOME_PENDING && batch->items[i].row == NULL)
            decide(batch, &batch->items[i]);
    store->deciding = NULL;
    return DONE;
}
