#include "cli/verify/scope.h"

#include <stdlib.h>

void scope_free(struct scope *scope)
{
    for (size_t i = 0; i < scope->topic_count; i++) {
        for (int q = 0; q < scope->topics[i].count; q++)
            free(scope->topics[i].partitions[q].floor);
        free(scope->topics[i].partitions);
    }
    free(scope->commands);
}

struct command_partition *scope_partition(const struct scope *scope, const struct place *place)
{
    int32_t partition = place_partition(place);

    return partition >= 0 && partition < scope->command_count ? &scope->commands[partition] : NULL;
}

struct event_partition *scope_event_partition(const struct scope *scope, const struct position *at)
{
    return &scope->topics[at->topic].partitions[at->partition];
}

bool scope_events_trimmed(const struct scope *scope)
{
    for (size_t i = 0; i < scope->topic_count; i++)
        for (int q = 0; q < scope->topics[i].count; q++)
            if (scope->topics[i].partitions[q].extent.begin > 0)
                return true;
    return false;
}

bool scope_may_be_gone(const struct scope *scope, bool created, uint32_t key, const struct place *command)
{
    const struct event_topic *topic = &scope->topics[created || scope->topic_count == 1 ? 0 : 1];
    const struct event_partition *partition = &topic->partitions[key % (uint32_t)topic->count];

    return partition->extent.begin > 0 && place_offset(command) < partition->floor[place_partition(command)];
}

bool position_before(const struct position *a, const struct position *b)
{
    if (a->topic == b->topic && a->partition == b->partition)
        return a->offset < b->offset;
    return a->timestamp_ms < b->timestamp_ms;
}

/*
 * What a transaction has written is followed, sooner or later, by a marker that takes an offset. While a transaction is
 * open, its marker may be the one that is still missing.
 */
bool scope_outside_transaction(const struct scope *scope, const struct position *at)
{
    const struct event_partition *partition = scope_event_partition(scope, at);

    return scope_exactly_once(scope) && partition->extent.stable == partition->extent.end &&
           at->offset == partition->last && at->offset + 1 == partition->extent.stable;
}

/* A partition that was added later has no events from before. */
static bool had_partitions(const struct event_topic *topic, int count, int64_t timestamp_ms)
{
    for (int q = count; q < topic->count; q++)
        if (topic->partitions[q].first_ms <= timestamp_ms)
            return false;
    return true;
}

bool scope_key_belongs(const struct scope *scope, uint32_t key, const struct position *at)
{
    const struct event_topic *topic = &scope->topics[at->topic];

    if ((int32_t)(key % (uint32_t)topic->count) == at->partition)
        return true;
    for (int count = at->partition + 1; count < topic->count; count++)
        if ((int32_t)(key % (uint32_t)count) == at->partition && had_partitions(topic, count, at->timestamp_ms))
            return true;
    return false;
}
