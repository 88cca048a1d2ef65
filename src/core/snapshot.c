#include "core/snapshot.h"

static struct lag_sample sample_of(const struct partition_status *partition)
{
    int64_t position = partition->position < 0 ? 0 : partition->position;

    return (struct lag_sample){0, position, partition->stable, partition->end};
}

int64_t partition_behind(const struct partition_status *partition)
{
    struct lag_sample sample = sample_of(partition);

    return partition->end < 0 ? 0 : lag_behind(&sample);
}

int64_t partition_held_back(const struct partition_status *partition)
{
    struct lag_sample sample = sample_of(partition);

    return partition->end < 0 || partition->stable < 0 ? 0 : lag_held_back(&sample);
}

static bool worse(const struct partition_status *a, const struct partition_status *b)
{
    if (a->verdict != b->verdict)
        return a->verdict > b->verdict;
    return partition_behind(a) > partition_behind(b);
}

const struct partition_status *snapshot_worst(const struct snapshot *snapshot)
{
    const struct partition_status *worst = NULL;

    for (size_t i = 0; i < snapshot_listed(snapshot); i++)
        if (worst == NULL || worse(&snapshot->partitions[i], worst))
            worst = &snapshot->partitions[i];
    return worst;
}

int64_t snapshot_oldest_ms(const struct snapshot *snapshot, int64_t now_us)
{
    int64_t oldest_us = now_us;

    for (size_t i = 0; i < snapshot_listed(snapshot); i++) {
        int64_t since_us = snapshot->partitions[i].oldest_us;
        if (since_us != 0 && since_us < oldest_us)
            oldest_us = since_us;
    }
    return (now_us - oldest_us) / 1000;
}
