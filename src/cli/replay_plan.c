#include "cli/replay.h"

#include "cli/parts/own_config.h"
#include "core/memory.h"
#include "kafka/tools/lag.h"
#include "kafka/tools/places.h"

#include <inttypes.h>
#include <stdlib.h>

/* The answers to the two requests about places, and where the topic begins; by partition. */
struct places_found {
    struct range *all;
    struct range *from;
    struct range *to;
};

void replay_configure(struct replay_tool *tool)
{
    const struct config *config = &tool->cli->config;

    own_config_make(&tool->config, config, REPLAY_NAME);
    tool->config.dlq_brake = 0;
    tool->config.batch_max_messages = rate_portion(tool->rate.limit, config->batch_max_messages);
}

void replay_free(struct replay_tool *tool)
{
    own_config_free(&tool->config);
    free(tool->replay.parts);
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

/* An offset that was typed stays as it is, since the topic may no longer have it. */
static int64_t place_of(const struct range_request *request, const struct range *found)
{
    return request->from == RANGE_OFFSET ? request->value : found->start;
}

/* What comes after the group's offsets belongs to the worker, which answers it in its own time. */
static void plan_part(const struct replay_tool *tool, const struct places_found *found, int32_t partition,
                      int64_t committed, struct replay_part *part)
{
    int32_t only = tool->replay.mark.arguments.partition;

    part->begin = found->all[partition].start;
    part->start = part->end = part->begin;
    if (committed < 0 || (only >= 0 && only != partition))
        return;
    part->end = tool->to.from == RANGE_END ? committed : at_most(place_of(&tool->to, &found->to[partition]), committed);
    part->start = at_most(place_of(&tool->from, &found->from[partition]), part->end);
}

static struct range *ranges_for(int count)
{
    struct range *ranges = memory_zeroed((size_t)count, sizeof *ranges);

    return ranges;
}

static bool find_places(const struct replay_tool *tool, struct places *places, struct places_found *found,
                        struct err *err)
{
    struct range_request beginning = {RANGE_BEGINNING, 0, tool->from.timeout_ms};

    found->all = ranges_for(places_count(places));
    found->from = ranges_for(places_count(places));
    found->to = ranges_for(places_count(places));
    return places_find(places, &beginning, found->all, err) && places_find(places, &tool->from, found->from, err) &&
           places_find(places, &tool->to, found->to, err);
}

static bool plan_all(struct replay_tool *tool, struct places *places, const struct lag_group *group, struct err *err)
{
    struct places_found found = {0};
    struct replay *replay = &tool->replay;
    bool good = find_places(tool, places, &found, err);

    replay->count = (size_t)places_count(places);
    replay->parts = memory_zeroed(replay->count, sizeof *replay->parts);
    for (int32_t i = 0; good && i < places_count(places); i++)
        plan_part(tool, &found, i, i < group->partition_count ? group->partitions[i].committed : -1, &replay->parts[i]);
    free(found.all);
    free(found.from);
    free(found.to);
    return good;
}

bool replay_plan(struct replay_tool *tool, struct err *err)
{
    const struct config *config = &tool->cli->config;
    struct lag_group group;
    struct places *places = NULL;
    struct lag *lag = lag_open(config, tool->from.timeout_ms, err);
    bool good =
        lag != NULL && lag_read(lag, &group, err) &&
        cli_need_partition(config->commands_topic, tool->replay.mark.arguments.partition, group.partition_count, err);

    if (good)
        places = places_open(config, config->commands_topic, tool->from.timeout_ms, err);
    good = places != NULL && plan_all(tool, places, &group, err);
    places_close(places);
    lag_close(lag);
    return good;
}

uint64_t replay_left(const struct replay *replay)
{
    int64_t left = 0;

    for (size_t i = 0; i < replay->count; i++)
        left += replay->parts[i].end - replay->parts[i].read;
    return (uint64_t)left;
}

bool replay_interrupted(struct err *err)
{
    return err_set(err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
                   "interrupted before the end of the replay\n  fix: the same command goes on where this one ended");
}
