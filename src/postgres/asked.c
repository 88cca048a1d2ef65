#include "postgres/asked.h"

#include <stdlib.h>

static void asked_reserve(struct asked *asked, size_t count)
{
    if (asked->capacity >= count)
        return;
    asked->items = reallocarray(asked->items, count, sizeof *asked->items);
    asked->ids = reallocarray(asked->ids, count, sizeof *asked->ids);
    if (asked->items == NULL || asked->ids == NULL)
        abort();
    asked->capacity = count;
}

static int compare_items(const void *left, const void *right)
{
    const struct asked_item *a = left;
    const struct asked_item *b = right;
    int order = uuid_compare(&a->id, &b->id);

    return order != 0 ? order : (a->item > b->item) - (a->item < b->item);
}

void asked_collect(struct asked *asked, const struct batch *batch)
{
    asked_reserve(asked, batch->count);
    asked->item_count = 0;
    asked->count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->outcome.kind == OUTCOME_PENDING && item->decision == NULL)
            asked->items[asked->item_count++] = (struct asked_item){item->command_id, (uint32_t)i};
    }
    if (asked->item_count > 0)
        qsort(asked->items, asked->item_count, sizeof *asked->items, compare_items);

    for (uint32_t i = 0; i < asked->item_count; i++) {
        if (i > 0 && uuid_compare(&asked->items[i].id, &asked->items[i - 1].id) == 0)
            asked->ids[asked->count - 1].repeats++;
        else
            asked->ids[asked->count++] = (struct asked_id){.first = i, .repeats = 1};
    }
}

void asked_free(struct asked *asked)
{
    free(asked->items);
    free(asked->ids);
    *asked = (struct asked){0};
}

struct asked_id *asked_find(const struct asked *asked, const struct uuid *id)
{
    size_t from = 0;
    size_t to = asked->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = uuid_compare(id, &asked->items[asked->ids[middle].first].id);
        if (order == 0)
            return &asked->ids[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

struct batch_item *asked_first(const struct asked *asked, const struct asked_id *id, const struct batch *batch)
{
    return &batch->items[asked->items[id->first].item];
}

void asked_decide(const struct asked *asked, const struct asked_id *id, struct batch *batch,
                  const struct ledger_row *row)
{
    for (uint32_t i = 0; i < id->repeats; i++)
        batch->items[asked->items[id->first + i].item].decision = row;
}
