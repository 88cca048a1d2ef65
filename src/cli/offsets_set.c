#include "cli/offsets.h"
#include "core/memory.h"
#include "json/writer.h"
#include "kafka/tools/offsets_alter.h"
#include "kafka/tools/places.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdlib.h>

#define POLL_MS 500

/* Brokers look for members whose session is over at their own intervals. */
#define SESSION_GRACE_MS 5000

/* ---- Where to ---------------------------------------------------------------------------------------------------- */

/* An offset that does not exist would count as lost input, or skip records. */
static bool choose_target(const struct offsets_tool *tool, const struct range *all, const struct range *chosen,
                          int64_t *target, struct err *err)
{
    *target = chosen->start;
    if (tool->to.from != RANGE_OFFSET || tool->to.value == chosen->start)
        return true;
    return err_set(err, ERR_STOP, EXIT_DATA, E_OFFSETS_02,
                   "partition %" PRId64 " has the offsets %" PRId64 " to %" PRId64
                   "\n  fix: name one of these, or --to beginning, --to end",
                   tool->partition, all->start, all->end);
}

static bool find_target(const struct offsets_tool *tool, const struct config *config, int64_t *target, struct err *err)
{
    struct range_request beginning = {RANGE_BEGINNING, 0, tool->to.timeout_ms};
    struct places *places = places_open(config, config->commands_topic, tool->to.timeout_ms, err);
    if (places == NULL)
        return false;

    size_t count = (size_t)places_count(places);
    struct range *all = memory_zeroed(count, sizeof *all);
    struct range *chosen = memory_zeroed(count, sizeof *chosen);
    bool found = places_find(places, &beginning, all, err) && places_find(places, &tool->to, chosen, err) &&
                 choose_target(tool, &all[tool->partition], &chosen[tool->partition], target, err);
    free(all);
    free(chosen);
    places_close(places);
    return found;
}

/* ---- Waiting for members to go ----------------------------------------------------------------------------------- */

static void say_members(const struct config *config, const struct lag_group *group, int64_t patience_ms)
{
    fprintf(stderr,
            "sessiond: group %s has %d members (%s ...); waiting up to %" PRId64
            " s, since a member that was stopped stays one for session.timeout.ms [%s]\n",
            config->group_id, group->member_count, group->members[0].instance, patience_ms / 1000, E_OFFSETS_01);
}

static bool still_members(const struct config *config, int64_t patience_ms, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_TIMEOUT, E_OFFSETS_01,
                   "group %s still has members after %" PRId64
                   " s; its offsets are set only while it has none\n  fix: stop every sessiond run of this group, then "
                   "the same command again",
                   config->group_id, patience_ms / 1000);
}

/*
 * A static member that was stopped stays in the group until its session is over, and this waits for that. It does not
 * stop a live member.
 */
static bool await_empty(const struct config *config, struct lag *lag, struct lag_group *group, struct err *err)
{
    int64_t session_ms, started_ms = clock_ms();

    if (!offsets_session_ms(config, &session_ms, err))
        return false;
    if (group->member_count > 0)
        say_members(config, group, session_ms + SESSION_GRACE_MS);
    while (group->member_count > 0) {
        if (clock_ms() - started_ms > session_ms + SESSION_GRACE_MS)
            return still_members(config, session_ms + SESSION_GRACE_MS, err);
        clock_sleep_ms(POLL_MS);
        if (stop_requested())
            return err_interrupted(err, "waiting for members to go; nothing was set");
        if (!lag_read(lag, group, err))
            return false;
    }
    return true;
}

/* This also waits for a member that joins between the check and the change. */
static bool apply(const struct offsets_tool *tool, int64_t target, const struct config *config, struct lag *lag,
                  struct lag_group *group, struct err *err)
{
    bool set;

    do {
        if (!await_empty(config, lag, group, err))
            return false;
        set = offsets_alter(config, (int32_t)tool->partition, target, tool->to.timeout_ms, err);
    } while (!set && err->class == ERR_RETRY && lag_read(lag, group, err));
    return set;
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void print_json(const struct offsets_tool *tool, const struct config *config, int64_t before, int64_t target)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "group", config->group_id);
    write_member_int(&json, "partition", tool->partition);
    write_member_known_int(&json, "committed", before, before >= 0);
    write_member_int(&json, "to", target);
    write_member_bool(&json, "applied", tool->apply);
    write_object_end(&json);
    write_line_end(&json);
}

static void print_text(const struct offsets_tool *tool, int64_t before, int64_t target)
{
    printf("partition %" PRId64 ": %s %" PRId64 " (", tool->partition, tool->apply ? "set to" : "would be set to",
           target);
    if (before < 0)
        printf("nothing was committed)\n");
    else if (target < before)
        printf("from %" PRId64 ": %" PRId64 " offsets are read again, events repeat)\n", before, before - target);
    else
        printf("from %" PRId64 ": %" PRId64 " offsets are skipped)\n", before, target - before);
    if (!tool->apply)
        fprintf(stderr, "nothing is changed without --apply\n");
}

bool offsets_set(const struct offsets_tool *tool, const struct cli *cli, struct lag *lag, struct lag_group *group,
                 struct err *err)
{
    const struct config *config = &cli->config;
    int64_t target;

    if (!find_target(tool, config, &target, err) || (tool->apply && !apply(tool, target, config, lag, group, err)))
        return false;
    int64_t before = group->partitions[tool->partition].committed;
    if (cli->json)
        print_json(tool, config, before, target);
    else
        print_text(tool, before, target);
    return true;
}
