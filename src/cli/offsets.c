#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "json/json_write.h"
#include "kafka/tools/lag.h"
#include "kafka/tools/offsets_alter.h"
#include "kafka/tools/places.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#define POLL_MS 500

/* A broker looks for members that are over in its own time. */
#define SESSION_GRACE_MS 5000

struct offsets_tool {
    bool set;
    bool apply;
    int64_t partition;        /* -1: all; `set` has one */
    struct range_request to;  /* with `set`; its timeout is also that for a broker to answer */
    const char *to_text;      /* NULL: not said */
    struct lag_partition was; /* of the partition to be set */
    int64_t target;
};

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static bool set_option(struct offsets_tool *tool, int option, const char *text)
{
    switch (option) {
    case 'p': return place_number(text, INT32_MAX, &tool->partition);
    case 'o': tool->to_text = text; return place_parse(text, clock_utc_us() / 1000, &tool->to);
    case 'a': tool->apply = true; return true;
    case 't': return moment_span(text, &tool->to.timeout_ms) && tool->to.timeout_ms > 0;
    default: return false;
    }
}

/* 0, or the exit code after saying what is wrong. */
static int parse(struct offsets_tool *tool, int argc, char **argv)
{
    static const struct option options[] = {
        {"partition",        required_argument, NULL, 'p'},
        {"to",              required_argument, NULL, 'o'},
        {"apply",                  no_argument, NULL, 'a'},
        {"timeout",required_argument, NULL, 't'},
        {0              },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!set_option(tool, option, optarg))
            return cli_usage(&cli_offsets, "cannot use %s", argv[optind - 1]);
    const char *action = optind < argc ? argv[optind++] : "";
    tool->set = strcmp(action, "set") == 0;
    if (optind < argc || (!tool->set && strcmp(action, "show") != 0))
        return cli_usage(&cli_offsets, "say either show or set, and nothing more");
    if (tool->set && (tool->partition < 0 || tool->to_text == NULL))
        return cli_usage(&cli_offsets, "set needs --partition and --to");
    if (!tool->set && (tool->apply || tool->to_text != NULL))
        return cli_usage(&cli_offsets, "show changes nothing: --to and --apply belong to set");
    return 0;
}

/* ---- Showing ----------------------------------------------------------------------------------------------------- */

static void print_nullable(int64_t offset)
{
    if (offset < 0)
        printf("null");
    else
        printf("%" PRId64, offset);
}

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

static void print_partition_json(const struct lag_partition *partition, int index)
{
    printf("{\"partition\": %d, \"beginning\": %" PRId64 ", \"committed\": ", index, partition->begin);
    print_nullable(partition->committed);
    printf(", \"end\": %" PRId64 ", \"lag\": %" PRId64 "}", partition->end, partition->behind);
}

static bool is_shown(const struct offsets_tool *tool, int index)
{
    return tool->partition < 0 || tool->partition == index;
}

static void show_json(const struct offsets_tool *tool, const struct config *config, const struct lag_group *group)
{
    bool first = true;

    printf("{\"group\": ");
    json_write_string(stdout, bytes_of(config->group_id));
    printf(", \"topic\": ");
    json_write_string(stdout, bytes_of(config->commands_topic));
    printf(", \"members\": %d, \"partitions\": [", group->member_count);
    for (int i = 0; i < group->partition_count; i++) {
        if (!is_shown(tool, i))
            continue;
        printf("%s", first ? "" : ", ");
        print_partition_json(&group->partitions[i], i);
        first = false;
    }
    printf("]}\n");
}

static void show_text(const struct offsets_tool *tool, const struct config *config, const struct lag_group *group)
{
    printf("group %s, %d members; topic %s\n\n", config->group_id, group->member_count, config->commands_topic);
    printf("PARTITION    BEGINNING    COMMITTED          END          LAG\n");
    for (int i = 0; i < group->partition_count; i++)
        if (is_shown(tool, i))
            print_partition(&group->partitions[i], i);
}

/* ---- Setting ----------------------------------------------------------------------------------------------------- */

static bool has_partition(const struct offsets_tool *tool, const struct config *config, const struct lag_group *group,
                          struct err *err)
{
    return tool->partition < group->partition_count ||
           err_set(err, ERR_STOP, EXIT_USAGE, "E-OFFSETS-03", "%s has partitions 0 to %d", config->commands_topic,
                   group->partition_count - 1);
}

/* An offset that is not there would be lost input, or a hole. */
static bool choose_target(struct offsets_tool *tool, const struct range *all, const struct range *chosen,
                          struct err *err)
{
    tool->target = chosen->start;
    if (tool->to.from != RANGE_OFFSET || tool->to.value == chosen->start)
        return true;
    return err_set(err, ERR_STOP, EXIT_DATA, "E-OFFSETS-02",
                   "partition %" PRId64 " has the offsets %" PRId64 " to %" PRId64
                   "\n  fix: name one of these, or --to beginning, --to end",
                   tool->partition, all->start, all->end);
}

static bool find_target(struct offsets_tool *tool, const struct config *config, struct err *err)
{
    struct range_request beginning = {RANGE_BEGINNING, 0, tool->to.timeout_ms};
    struct places *places = places_open(config, config->commands_topic, tool->to.timeout_ms, err);
    if (places == NULL)
        return false;

    size_t count = (size_t)places_count(places);
    struct range *all = calloc(count, sizeof *all);
    struct range *chosen = calloc(count, sizeof *chosen);
    if (all == NULL || chosen == NULL)
        abort();
    bool found = places_find(places, &beginning, all, err) && places_find(places, &tool->to, chosen, err) &&
                 choose_target(tool, &all[tool->partition], &chosen[tool->partition], err);
    free(all);
    free(chosen);
    places_close(places);
    return found;
}

static bool still_members(const struct config *config, int64_t session_ms, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-OFFSETS-01",
                   "group %s still has members after %" PRId64
                   " s; its offsets are set only while it has none\n  fix: stop every sessiond run of this group, then "
                   "the same command again",
                   config->group_id, session_ms / 1000);
}

/* A static member that was stopped stays one until its session is over: that is waited for, a live one is not stopped. */
static bool await_empty(const struct config *config, struct lag *lag, struct lag_group *group, struct err *err)
{
    int64_t session_ms, started_ms = clock_ms();
    bool said = false;

    if (!offsets_session_ms(config, &session_ms, err))
        return false;
    while (group->member_count > 0) {
        if (!said)
            fprintf(stderr,
                    "sessiond: group %s has %d members (%s ...); waiting up to %" PRId64
                    " s, since a member that was stopped stays one for session.timeout.ms [E-OFFSETS-01]\n",
                    config->group_id, group->member_count, group->members[0].instance,
                    (session_ms + SESSION_GRACE_MS) / 1000);
        said = true;
        if (clock_ms() - started_ms > session_ms + SESSION_GRACE_MS)
            return still_members(config, session_ms + SESSION_GRACE_MS, err);
        clock_sleep_ms(POLL_MS);
        if (stop_requested())
            return err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted; nothing was set");
        if (!lag_read(lag, group, err))
            return false;
    }
    return true;
}

/* Who joins between the look and the change is waited for like any other. */
static bool apply(struct offsets_tool *tool, const struct config *config, struct lag *lag, struct lag_group *group,
                  struct err *err)
{
    bool set;

    do {
        if (!await_empty(config, lag, group, err))
            return false;
        tool->was = group->partitions[tool->partition];
        set = offsets_alter(config, (int32_t)tool->partition, tool->target, tool->to.timeout_ms, err);
    } while (!set && err->class == ERR_RETRY && lag_read(lag, group, err));
    return set;
}

static void print_set(const struct offsets_tool *tool, const struct cli *cli)
{
    int64_t before = tool->was.committed;

    if (cli->json) {
        printf("{\"group\": ");
        json_write_string(stdout, bytes_of(cli->config.group_id));
        printf(", \"partition\": %" PRId64 ", \"committed\": ", tool->partition);
        print_nullable(before);
        printf(", \"to\": %" PRId64 ", \"applied\": %s}\n", tool->target, tool->apply ? "true" : "false");
        return;
    }
    printf("partition %" PRId64 ": %s %" PRId64 " (", tool->partition, tool->apply ? "set to" : "would be set to",
           tool->target);
    if (before < 0)
        printf("nothing was committed)\n");
    else if (tool->target < before)
        printf("from %" PRId64 ": %" PRId64 " offsets are read again, events repeat)\n", before, before - tool->target);
    else
        printf("from %" PRId64 ": %" PRId64 " offsets are skipped)\n", before, tool->target - before);
    if (!tool->apply)
        fprintf(stderr, "nothing is changed without --apply\n");
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

static int offsets_run(struct offsets_tool *tool, const struct cli *cli)
{
    const struct config *config = &cli->config;
    struct lag_group group;
    struct err err;
    struct lag *lag = lag_open(config, tool->to.timeout_ms, &err);
    if (lag == NULL)
        return cli_fail(&err);

    bool done = lag_read(lag, &group, &err) && has_partition(tool, config, &group, &err);
    if (done && !tool->set)
        (cli->json ? show_json : show_text)(tool, config, &group);
    if (done && tool->set) {
        tool->was = group.partitions[tool->partition];
        done = find_target(tool, config, &err) && (!tool->apply || apply(tool, config, lag, &group, &err));
        if (done)
            print_set(tool, cli);
    }
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

const struct subcommand cli_offsets = {
    .name = "offsets",
    .section = "Operate",
    .summary = "Show or set what the group has committed: after exit 65, or to start over",
    .help =
        "Usage: sessiond offsets show [--partition P] [--timeout D] [--json]\n"
        "       sessiond offsets set --partition P --to X [--apply] [--timeout D] [--json]\n"
        "\n"
        "Shows, for each partition of commands.topic, where it begins, what group.id has committed (- : never; the\n"
        "next offset to be read) and where it ends. Where what was committed is gone, run has ended with 65: input\n"
        "was lost, and setting the partition to its beginning accepts that.\n"
        "\n"
        "Set changes it, with --apply, while the group has no member: stop every sessiond run first. A member that\n"
        "was stopped stays one for session.timeout.ms (10 s); that is waited for. Records that are read again are\n"
        "answered again with the same events and make no second session; records that are skipped are never answered\n"
        "by run (see sessiond replay).\n"
        "\n"
        "  --partition P  which one\n"
        "  --to X         beginning; end; an offset; a time (2026-11-22T02:13:05Z), or one so long ago (10m): the "
        "first\n"
        "                 record at or after it\n"
        "  --apply        do it; else it only says what would be set\n"
        "  --timeout D    how long to wait for a broker (default 10s)\n"
        "  --json         one object: {\"group\", \"topic\", \"members\", \"partitions\": [{\"partition\", "
        "\"beginning\",\n"
        "                 \"committed\", \"end\", \"lag\"}]}, or {\"group\", \"partition\", \"committed\", \"to\", "
        "\"applied\"}\n"
        "\n"
        "Exit codes: 0; 64 no such partition; 65 the partition has no such offset; 69 no broker answered; 75 the "
        "group\n"
        "still has members, or interrupted; 77 not allowed (READ on the topic and the group); 78 no such topic.\n"
        "\n"
        "Examples:\n"
        "  sessiond offsets show\n"
        "  sessiond offsets set --partition 2 --to beginning --apply\n",
    .run = offsets_main,
};
