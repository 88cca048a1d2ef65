#include "cli/replay.h"

#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "json/writer.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static bool set_place(const char *text, char typed[static REPLAY_PLACE_TEXT], struct range_request *place)
{
    if (strlen(text) >= REPLAY_PLACE_TEXT)
        return false;
    memcpy(typed, text, strlen(text) + 1);
    return place_parse(text, clock_utc_us() / 1000, place);
}

static bool set(void *target, int letter, const char *text)
{
    struct replay_tool *tool = target;
    struct replay_arguments *arguments = &tool->replay.mark.arguments;
    int64_t partition;

    switch (letter) {
    case 'f': return set_place(text, arguments->from, &tool->from);
    case 'o': return set_place(text, arguments->to, &tool->to);
    case 'a': tool->apply = true; return true;
    case 'r': return place_number(text, INT32_MAX, &tool->rate.limit) && tool->rate.limit > 0;
    case 't': return moment_span(text, &tool->from.timeout_ms) && tool->from.timeout_ms > 0;
    case 'p':
        if (!place_number(text, INT32_MAX, &partition))
            return false;
        arguments->partition = (int32_t)partition;
        return true;
    default: return false;
    }
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct replay_tool *tool, int argc, char **argv)
{
    const struct replay_arguments *arguments = &tool->replay.mark.arguments;
    int failed = subcommand_options(&cli_replay, argc, argv, set, tool);

    if (failed != 0)
        return failed;
    if (*arguments->from == 0)
        return cli_usage(&cli_replay,
                         "say where it begins: --from beginning, an offset, a time, or a span before now (2h)");
    if (arguments->partition < 0 && (tool->from.from == RANGE_OFFSET || tool->to.from == RANGE_OFFSET))
        return cli_usage(&cli_replay, "an offset needs its --partition");
    tool->to.timeout_ms = tool->from.timeout_ms;
    return 0;
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void write_ranges(struct json_writer *json, const struct replay *replay)
{
    write_key(json, "ranges");
    write_array(json);
    for (size_t i = 0; i < replay->count; i++) {
        const struct replay_part *part = &replay->parts[i];
        if (part->start >= part->end)
            continue;
        write_object(json);
        write_member_int(json, "partition", (int64_t)i);
        write_member_int(json, "start", part->start);
        write_member_int(json, "end", part->end);
        write_object_end(json);
    }
    write_array_end(json);
}

static void print_json(const struct replay_tool *tool, bool finished)
{
    const struct replay *replay = &tool->replay;
    const struct replay_arguments *arguments = &replay->mark.arguments;
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "topic", tool->config.commands_topic);
    write_member_text(&json, "from", arguments->from);
    write_member_text(&json, "to", arguments->to);
    write_member_known_int(&json, "partition", arguments->partition, arguments->partition >= 0);
    write_member_bool(&json, "applied", tool->apply);
    write_member_bool(&json, "resumed", replay->resumed);
    write_member_bool(&json, "finished", finished);
    write_ranges(&json, replay);
    write_member_int(&json, "commands", (int64_t)replay_tally_sum(&tool->tally));
    for (int i = 0; i < REPLAY_WORDS; i++)
        write_member_int(&json, replay_word_name((enum replay_word)i), (int64_t)tool->tally.commands[i]);
    write_member_int(&json, "gone", replay->gone);
    write_object_end(&json);
    write_line_end(&json);
}

static void print_text(const struct replay_tool *tool)
{
    const struct replay *replay = &tool->replay;

    printf("%s%s\n\n", tool->config.commands_topic,
           replay->resumed ? ": going on with a replay that was not finished" : "");
    printf("PARTITION        START          END\n");
    for (size_t i = 0; i < replay->count; i++)
        if (replay->parts[i].start < replay->parts[i].end)
            printf("%9zu %12" PRId64 " %12" PRId64 "\n", i, replay->parts[i].start, replay->parts[i].end);
    printf("\n%s %" PRIu64 " commands\n", tool->apply ? "replayed" : "would replay", replay_tally_sum(&tool->tally));
    for (int i = 0; i < REPLAY_WORDS; i++)
        if (tool->tally.commands[i] > 0)
            printf("  %-15s %12" PRIu64 "\n", replay_word_name((enum replay_word)i), tool->tally.commands[i]);
    if (replay->gone > 0)
        printf("  %-15s %12" PRId64 " offsets that the topic no longer has\n", "gone", replay->gone);
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

static void name_run(struct replay_mark *mark)
{
    uint64_t number;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        abort();
    snprintf(mark->run, sizeof mark->run, "%016" PRIx64, number);
}

static int replay_run(struct replay_tool *tool)
{
    struct err err = {0};
    bool planned = replay_plan(tool, &err);
    bool done = planned && (tool->apply ? replay_apply : replay_forecast)(tool, &err);

    /* This is printed after a failure too: what is published stays published. */
    bool tell = done || (tool->apply && replay_tally_sum(&tool->tally) > 0);
    if (tell && tool->cli->json)
        print_json(tool, done);
    else if (tell)
        print_text(tool);
    if (done && !tool->apply)
        fprintf(stderr, "nothing is published without --apply\n");
    return done ? EXIT_DONE : cli_fail(&err);
}

static int replay_main(struct cli *cli, int argc, char **argv)
{
    struct replay_tool tool = {
        .cli = cli,
        .from.timeout_ms = 30000,
        .to.from = RANGE_END,
        .replay.mark.arguments = {.to = "end", .partition = -1},
    };
    int failed = parse(&tool, argc, argv);
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    /* A tool reports by its own output; the log lines of the worker's loop are only for -v. */
    if (cli->config.log_level == LOG_INFO)
        log_setup(cli->config.log_format, LOG_WARNING);
    stop_setup();
    name_run(&tool.replay.mark);
    replay_configure(&tool);
    int status = replay_run(&tool);
    replay_free(&tool);
    return status;
}

/* clang-format off */
const struct subcommand cli_replay = {
    .name = "replay",
    .section = "Operate",
    .summary = "Answer commands of the past again; without --apply it forecasts",
    .usage = {"--from X [--to Y] [--partition P] [--apply] [--rate N] [--timeout D] [--json]"},
    .description =
        "Reads the records of commands.topic from X to Y once more and publishes their events again, as run would. A stored "
        "outcome is repeated byte for byte, and a command that is not in the ledger is decided now. No dead letters and no "
        "replies are sent. The live group is not touched, and nothing beyond its committed offsets is replayed.\n\n"
        "Without --apply nothing is written anywhere. It looks up every command and counts them under these words. Created "
        "and rejected outcomes are stored and would be repeated. Undecided commands are not in the ledger and would be "
        "decided now; they were STORE_REFUSED, or the database was restored. Reused and expired commands would be answered "
        "COMMAND_ID_REUSED and COMMAND_EXPIRED. Suppressed commands are duplicates that get no event "
        "(duplicates=suppress). Undecodable and unknown_schema commands cannot be read. Gone offsets are no longer in the "
        "topic. With --apply the same words say what was done.\n\n"
        "It may be stopped at any time, even with kill -9. The same command (--from, --to and --partition as they were "
        "typed) then goes on with the ranges that are not finished, and counts what is left. Once all are finished, the "
        "same command starts anew. The group <group.id>-replay keeps its progress, and its transactional id is "
        "<group.id>//replay. A second replay of the same group ends the first.",
    .options = {
        {"from", 'f', "X", NULL,
         "Begins here: at the beginning, the end, or a time such as 2026-11-22T02:13:05Z, or 2h for two hours ago. With "
         "--partition it may be an offset."},
        {"to", 'o', "Y", NULL, "Ends before this place; without it, at the end of what the group has committed."},
        {"partition", 'p', "P", NULL, "Replays this partition only."},
        {"apply", 'a', NULL, NULL, "Publishes the events. Without it, nothing is changed."},
        {"rate", 'r', "N", NULL, "Replays at most N commands a second."},
        {"timeout", 't', "D", NULL,
         "Waits this long for a broker at the start and in a forecast (default 30s). With --apply, a server that goes down "
         "later is waited for without a limit."},
    },
    .values = {
        {"X", "beginning end"},
        {"Y", "beginning end"},
    },
    .json = "Prints one object: {\"topic\", \"from\", \"to\", \"partition\", \"applied\", \"resumed\", "
            "\"finished\", \"ranges\": [{\"partition\", \"start\", \"end\"}], \"commands\", \"created\", \"rejected\", "
            "\"undecided\", \"reused\", \"expired\", \"suppressed\", \"undecodable\", \"unknown_schema\", \"gone\"}.",
    .exits = {
        {EXIT_DONE, "The replay was done, or the forecast was made."},
        {EXIT_USAGE, "The topic has no such partition."},
        {EXIT_DATA, "Records that were there when it began are gone. The same command goes on behind them."},
        {EXIT_UNREACHABLE, "A broker, the database or the registry cannot be reached."},
        {EXIT_TIMEOUT, "It was interrupted. The same command goes on from there."},
        {EXIT_FENCED, "Another replay of this group has begun."},
        {EXIT_PERMISSION, "A right is missing. deploy/README.md lists the rights that it needs."},
        {EXIT_CONFIG, "A topic, a table or a setting is missing or wrong."},
    },
    .examples = {
        "sessiond replay --from 2h",
        "sessiond replay --from 2026-11-22 --to 2026-11-23 --apply --rate 1000",
    },
    .run = replay_main,
};
/* clang-format on */
