#include "postgres/distinct_ids.h"

#include <stdlib.h>

static void asked_reserve(struct distinct_ids *distinct, size_t count)
{
    if (distinct->capacity >= count)
        return;
    distinct->items = reallocarray(distinct->items, count, sizeof *distinct->items);
    distinct->ids = reallocarray(distinct->ids, count, sizeof *distinct->ids);
    if (distinct->items == NULL || distinct->ids == NULL)
        abort();
    distinct->capacity = count;
}

static int compare_items(const void *left, const void *right)
{
    const struct distinct_item *a = left;
    const struct distinct_item *b = right;
    int order = uuid_compare(&a->id, &b->id);

    return order != 0 ? order : (a->item > b->item) - (a->item < b->item);
}

void distinct_ids_collect(struct distinct_ids *distinct, const struct batch *batch)
{
    asked_reserve(distinct, batch->count);
    distinct->item_count = 0;
    distinct->count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->outcome.kind == OUTCOME_PENDING && item->row == NULL)
            distinct->items[distinct->item_count++] = (struct distinct_item){item->command_id, (uint32_t)i};
    }
    if (distinct->item_count > 0)
        qsort(distinct->items, distinct->item_count, sizeof *distinct->items, compare_items);

    for (uint32_t i = 0; i < distinct->item_count; i++) {
        if (i > 0 && uuid_compare(&distinct->items[i].id, &distinct->items[i - 1].id) == 0)
            distinct->ids[distinct->count - 1].repeats++;
        else
            distinct->ids[distinct->count++] = (struct distinct_id){.first = i, .repeats = 1};
    }
}

uint32_t distinct_ids_former(struct array *ids, const struct batch *batch)
{
    array_begin(ids, ARRAY_UUID);
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->has_former_id && item->outcome.kind == OUTCOME_PENDING && item->row == NULL)
            array_add_bytes(ids, (struct bytes){item->former_id.b, sizeof item->former_id.b});
    }
    return ids->count;
}

void distinct_ids_free(struct distinct_ids *distinct)
{
    free(distinct->items);
    free(distinct->ids);
    *distinct = (struct distinct_ids){0};
}

struct distinct_id *distinct_ids_find(const struct distinct_ids *distinct, const struct uuid *id)
{
    size_t from = 0;
    size_t to = distinct->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = uuid_compare(id, &distinct->items[distinct->ids[middle].first].id);
        if (order == 0)
            return &distinct->ids[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

struct batch_item *distinct_ids_first(const struct distinct_ids *distinct, const struct distinct_id *id,
                                      const struct batch *batch)
{
    return &batch->items[distinct->items[id->first].item];
}

void distinct_ids_decide(const struct distinct_ids *distinct, const struct distinct_id *id, struct batch *batch,
                         const struct ledger_row *row)
{
    for (uint32_t i = 0; i < id->repeats; i++)
        batch->items[distinct->items[id->first + i].item].row = row;
}
