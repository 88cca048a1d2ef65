#include "cli/replay.h"

#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "json/json_write.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"

#include <getopt.h>
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

static bool set_option(struct replay_tool *tool, int option, const char *text)
{
    struct replay_arguments *arguments = &tool->replay.mark.arguments;
    int64_t partition;

    switch (option) {
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

/* 0, or the exit code after saying what is wrong. */
static int parse(struct replay_tool *tool, int argc, char **argv)
{
    static const struct option options[] = {
        {"from",             required_argument, NULL, 'f'},
        {"to",              required_argument, NULL, 'o'},
        {"partition",                  required_argument, NULL, 'p'},
        {"apply",no_argument, NULL, 'a'},
        {"rate",               required_argument, NULL, 'r'},
        {"timeout",        required_argument, NULL, 't'},
        {0             },
    };
    const struct replay_arguments *arguments = &tool->replay.mark.arguments;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!set_option(tool, option, optarg))
            return cli_usage(&cli_replay, "cannot use %s", argv[optind - 1]);
    if (optind < argc)
        return cli_usage(&cli_replay, "unexpected argument %s", argv[optind]);
    if (*arguments->from == 0)
        return cli_usage(&cli_replay, "say from where: --from beginning, a time, or one so long ago (2h)");
    if (arguments->partition < 0 && (tool->from.from == RANGE_OFFSET || tool->to.from == RANGE_OFFSET))
        return cli_usage(&cli_replay, "an offset needs its --partition");
    tool->to.timeout_ms = tool->from.timeout_ms;
    return 0;
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void print_ranges_json(const struct replay *replay)
{
    bool first = true;

    for (size_t i = 0; i < replay->count; i++) {
        const struct replay_part *part = &replay->parts[i];
        if (part->start >= part->end)
            continue;
        printf("%s{\"partition\": %zu, \"start\": %" PRId64 ", \"end\": %" PRId64 "}", first ? "" : ", ", i,
               part->start, part->end);
        first = false;
    }
}

static void print_json(const struct replay_tool *tool, bool finished)
{
    const struct replay *replay = &tool->replay;
    const struct replay_arguments *arguments = &replay->mark.arguments;

    printf("{\"topic\": ");
    json_write_string(stdout, bytes_of(tool->config.commands_topic));
    printf(", \"from\": ");
    json_write_string(stdout, bytes_of(arguments->from));
    printf(", \"to\": ");
    json_write_string(stdout, bytes_of(arguments->to));
    if (arguments->partition < 0)
        printf(", \"partition\": null");
    else
        printf(", \"partition\": %" PRId32, arguments->partition);
    printf(", \"applied\": %s, \"resumed\": %s, \"finished\": %s, \"ranges\": [", tool->apply ? "true" : "false",
           replay->resumed ? "true" : "false", finished ? "true" : "false");
    print_ranges_json(replay);
    printf("], \"commands\": %" PRIu64, replay_tally_sum(&tool->tally));
    for (int i = 0; i < REPLAY_WORDS; i++)
        printf(", \"%s\": %" PRIu64, replay_word_name((enum replay_word)i), tool->tally.commands[i]);
    printf(", \"gone\": %" PRId64 "}\n", replay->gone);
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

    /* Also after a failure: what is published stays published. */
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
    /* A tool's own news are its output; what the worker's loop tells is for who asked for it with -v. */
    if (cli->config.log_level == LOG_INFO)
        log_setup(cli->config.log_format, LOG_WARNING);
    stop_setup();
    name_run(&tool.replay.mark);
    replay_configure(&tool);
    int status = replay_run(&tool);
    replay_free(&tool);
    return status;
}

const struct subcommand cli_replay = {
    .name = "replay",
    .section = "Operate",
    .summary = "Answer commands of the past again; without --apply it forecasts",
    .help =
        "Usage: sessiond replay --from X [--to Y] [--partition P] [--apply] [--rate N] [--timeout D] [--json]\n"
        "\n"
        "Reads the records of commands.topic from X to Y once more and publishes their events again, as run would:\n"
        "what is stored is repeated, byte for byte; what is not in the ledger is decided now. No dead letters and no\n"
        "replies are sent. The live group is not touched; Y ends at what it has committed.\n"
        "\n"
        "Without --apply nothing is written anywhere: it looks every command up and counts\n"
        "  created, rejected    stored, to be repeated\n"
        "  undecided            no outcome is in the ledger: it would be decided now (once STORE_REFUSED, or a "
        "database\n"
        "                       that was restored)\n"
        "  reused, expired      answered COMMAND_ID_REUSED, COMMAND_EXPIRED\n"
        "  suppressed           a duplicate that gets no event (duplicates=suppress)\n"
        "  undecodable, unknown_schema\n"
        "  gone                 offsets that the topic no longer has\n"
        "and with --apply the same words say what was done.\n"
        "\n"
        "It may be stopped at any time, also with kill -9: the same command (--from, --to and --partition as they "
        "were\n"
        "typed) goes on with the ranges that are not finished, and counts what is left; once they are, it starts "
        "anew.\n"
        "Its progress is the group <group.id>-replay, its transactional id <group.id>//replay. A second replay of the\n"
        "same group ends the first.\n"
        "\n"
        "  --from X, --to Y  beginning; end (of what the group has committed; the default of --to); a time\n"
        "                    (2026-11-22T02:13:05Z), or one so long ago (2h); with --partition an offset\n"
        "  --partition P     only this one\n"
        "  --apply           do it\n"
        "  --rate N          at most N commands a second\n"
        "  --timeout D       how long to wait for a broker at the start, and in a forecast (default 30s); with "
        "--apply\n"
        "                    what goes down later is waited for\n"
        "  --json            one object: {\"topic\", \"from\", \"to\", \"partition\", \"applied\", \"resumed\", "
        "\"finished\",\n"
        "                    \"ranges\": [{\"partition\", \"start\", \"end\"}], \"commands\", \"created\", "
        "\"rejected\",\n"
        "                    \"undecided\", \"reused\", \"expired\", \"suppressed\", \"undecodable\", "
        "\"unknown_schema\", "
        "\"gone\"}\n"
        "\n"
        "Exit codes: 0; 65 records are gone that were there when it began (the same command goes on behind them); 69\n"
        "out of reach; 75 interrupted, the same command goes on; 76 another replay has begun; 77 not allowed (as run,\n"
        "and READ on the group <group.id>-replay, WRITE on the transactional id); 78 configuration.\n"
        "\n"
        "Examples:\n"
        "  sessiond replay --from 2h\n"
        "  sessiond replay --from 2026-11-22 --to 2026-11-23 --apply --rate 1000\n",
    .run = replay_main,
};
