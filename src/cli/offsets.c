#include "cli/offsets.h"

#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "json/writer.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static bool set_action(struct offsets_tool *tool, const char *text)
{
    if (tool->action != NULL || (strcmp(text, "show") != 0 && strcmp(text, "set") != 0))
        return false;
    tool->action = text;
    return true;
}

static bool set(void *target, int letter, const char *text)
{
    struct offsets_tool *tool = target;

    switch (letter) {
    case SUBCOMMAND_ARGUMENT: return set_action(tool, text);
    case 'p': return place_number(text, INT32_MAX, &tool->partition);
    case 'o': tool->has_to = true; return place_parse(text, clock_utc_us() / 1000, &tool->to);
    case 'a': tool->apply = true; return true;
    case 't': return moment_span(text, &tool->to.timeout_ms) && tool->to.timeout_ms > 0;
    default: return false;
    }
}

static bool is_set(const struct offsets_tool *tool)
{
    return strcmp(tool->action, "set") == 0;
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct offsets_tool *tool, int argc, char **argv)
{
    int failed = subcommand_options(&cli_offsets, argc, argv, set, tool);

    if (failed != 0)
        return failed;
    if (tool->action == NULL)
        return cli_usage(&cli_offsets, "say what to do: show or set");
    if (is_set(tool) && (tool->partition < 0 || !tool->has_to))
        return cli_usage(&cli_offsets, "set needs --partition and --to");
    return 0;
}

/* ---- Showing ----------------------------------------------------------------------------------------------------- */

static void print_partition(const struct lag_partition *partition, int index)
{
    const char *lost = partition->committed >= 0 && partition->committed < partition->begin ? "  lost input" : "";

    printf("%9d %12" PRId64, index, partition->begin);
    if (partition->committed < 0)
        printf(" %12s", "-");
    else
        printf(" %12" PRId64, partition->committed);
    printf(" %12" PRId64 " %12" PRId64 "%s\n", partition->end, partition->behind, lost);
}

static void write_partition(struct json_writer *json, const struct lag_partition *partition, int index)
{
    write_object(json);
    write_member_int(json, "partition", index);
    write_member_int(json, "beginning", partition->begin);
    write_member_known_int(json, "committed", partition->committed, partition->committed >= 0);
    write_member_int(json, "end", partition->end);
    write_member_int(json, "lag", partition->behind);
    write_object_end(json);
}

static bool is_shown(const struct offsets_tool *tool, int index)
{
    return tool->partition < 0 || tool->partition == index;
}

static void show_json(const struct offsets_tool *tool, const struct config *config, const struct lag_group *group)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "group", config->group_id);
    write_member_text(&json, "topic", config->commands_topic);
    write_member_int(&json, "members", group->member_count);
    write_key(&json, "partitions");
    write_array(&json);
    for (int i = 0; i < group->partition_count; i++)
        if (is_shown(tool, i))
            write_partition(&json, &group->partitions[i], i);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

static void show_text(const struct offsets_tool *tool, const struct config *config, const struct lag_group *group)
{
    printf("group %s, %d members; topic %s\n\n", config->group_id, group->member_count, config->commands_topic);
    printf("PARTITION    BEGINNING    COMMITTED          END          LAG\n");
    for (int i = 0; i < group->partition_count; i++)
        if (is_shown(tool, i))
            print_partition(&group->partitions[i], i);
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

static int offsets_run(const struct offsets_tool *tool, const struct cli *cli)
{
    const struct config *config = &cli->config;
    struct lag_group group;
    struct err err;
    struct lag *lag = lag_open(config, tool->to.timeout_ms, &err);
    if (lag == NULL)
        return cli_fail(&err);

    bool done = lag_read(lag, &group, &err) &&
                cli_need_partition(config->commands_topic, tool->partition, group.partition_count, &err);
    if (done && is_set(tool))
        done = offsets_set(tool, cli, lag, &group, &err);
    else if (done)
        (cli->json ? show_json : show_text)(tool, config, &group);
    lag_close(lag);
    return done ? EXIT_DONE : cli_fail(&err);
}

static int offsets_main(struct cli *cli, int argc, char **argv)
{
    struct offsets_tool tool = {.partition = -1, .to.timeout_ms = 10000};
    int failed = parse(&tool, argc, argv);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return offsets_run(&tool, cli);
}

/* clang-format off */
const struct subcommand cli_offsets = {
    .name = "offsets",
    .section = "Operate",
    .summary = "Show or set what the group has committed: after exit 65, or to start over",
    .usage = {"show [--partition P] [--timeout D] [--json]",
              "set --partition P --to X [--apply] [--timeout D] [--json]"},
    .description =
        "When run has ended with 65, the record at a committed offset is gone: input was lost. To accept the loss, set the "
        "partition to its beginning. Records that are read again are answered with the same events and make no second "
        "session. Records that are skipped are never answered by run (see sessiond replay).",
    .arguments = {
        {"show",
         "Shows, for each partition of commands.topic, where it begins, what group.id has committed (the next offset "
         "to be read; - stands for never) and where it ends."},
        {"set",
         "Changes what is committed. The group must have no members, so stop every sessiond run first. A member that was "
         "stopped remains one for session.timeout.ms (10 s); set waits for that."},
    },
    .options = {
        {"partition", 'p', "P", NULL, "Shows or sets only this partition."},
        {"to", 'o', "X", "set",
         "Goes on here: at the beginning, the end, an offset, or the first record at or after a time, such as "
         "2026-11-22T02:13:05Z, or 10m for ten minutes ago."},
        {"apply", 'a', NULL, "set", "Sets it. Without it, nothing is changed."},
        {"timeout", 't', "D", NULL, "Waits this long for a broker (default 10s)."},
    },
    .values = {
        {"X", "beginning end"},
    },
    .json = "Prints one object. show: {\"group\", \"topic\", \"members\", \"partitions\": [{\"partition\", "
            "\"beginning\", \"committed\", \"end\", \"lag\"}]}. set: {\"group\", \"partition\", \"committed\", \"to\", "
            "\"applied\"}; committed is null if nothing was committed.",
    .exits = {
        {EXIT_DONE, "The offsets were shown or set, or it was said what would be set."},
        {EXIT_USAGE, "The topic has no such partition."},
        {EXIT_DATA, "The partition has no such offset."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "The group still has members, or it was interrupted. Nothing was set."},
        {EXIT_PERMISSION, "The brokers do not allow it. It needs READ on the topic and on the group."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond offsets show",
        "sessiond offsets set --partition 2 --to beginning --apply",
    },
    .run = offsets_main,
};
/* clang-format on */
