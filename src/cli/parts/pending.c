#include "cli/parts/pending.h"

#include "core/memory.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const struct pending_command *one = a;
    const struct pending_command *other = b;

    if (one->partition != other->partition)
        return one->partition < other->partition ? -1 : 1;
    return (one->offset > other->offset) - (one->offset < other->offset);
}

void pending_add(struct pending *pending, int32_t partition, int64_t offset)
{
    if (pending->count == pending->capacity) {
        pending->capacity = pending->capacity == 0 ? 64 : pending->capacity * 2;
        pending->list = memory_resized(pending->list, pending->capacity, sizeof *pending->list);
    }
    pending->list[pending->count++] = (struct pending_command){partition, offset, false};
    pending->left++;
    pending->sorted = false;
}

bool pending_take(struct pending *pending, int32_t partition, int64_t offset)
{
    const struct pending_command wanted = {partition, offset, false};

    if (pending->count == 0)
        return false;
    if (!pending->sorted)
        qsort(pending->list, pending->count, sizeof *pending->list, compare);
    pending->sorted = true;
    struct pending_command *found = bsearch(&wanted, pending->list, pending->count, sizeof *pending->list, compare);
    if (found == NULL || found->answered)
        return false;
    found->answered = true;
    pending->left--;
    return true;
}

void pending_free(struct pending *pending)
{
    free(pending->list);
    *pending = (struct pending){0};
}
