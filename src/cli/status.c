#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "json/writer.h"
#include "kafka/tools/lag.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_MS 2000

struct status {
    bool watch;
    int timeout_ms;
};

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void print_offset(int64_t offset)
{
    if (offset < 0)
        printf(" %12s", "-");
    else
        printf(" %12" PRId64, offset);
}

static void print_table(const struct config *config, const struct lag_group *group)
{
    printf("group %s: %s, %d members; topic %s: %" PRId64 " behind\n\n", config->group_id, group->state,
           group->member_count, config->commands_topic, group->behind);
    printf("PARTITION    COMMITTED       STABLE          END          LAG  OWNER\n");
    for (int i = 0; i < group->partition_count; i++) {
        const struct lag_partition *partition = &group->partitions[i];
        const struct lag_member *owner = partition->owner < 0 ? NULL : &group->members[partition->owner];
        printf("%9d", i);
        print_offset(partition->committed);
        print_offset(partition->stable);
        print_offset(partition->end);
        print_offset(partition->behind);
        printf("  %s%s\n", owner == NULL ? "-" : owner->instance, owner == NULL ? "" : owner->host);
    }
}

/* For a watch whose output is kept. */
static void print_line(const struct config *config, const struct lag_group *group)
{
    time_t now = (time_t)(clock_utc_us() / 1000000);
    struct tm tm;
    char text[32];

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    printf("%s group %s: %s, %d members; topic %s: %" PRId64 " behind\n", text, config->group_id, group->state,
           group->member_count, config->commands_topic, group->behind);
}

static void write_members(struct json_writer *json, const struct lag_group *group)
{
    write_key(json, "members");
    write_array(json);
    for (int i = 0; i < group->member_count; i++) {
        write_object(json);
        write_member_text(json, "instance", group->members[i].instance);
        write_member_text(json, "host", group->members[i].host);
        write_object_end(json);
    }
    write_array_end(json);
}

static void write_partition(struct json_writer *json, const struct lag_group *group, int index)
{
    const struct lag_partition *partition = &group->partitions[index];

    write_object(json);
    write_member_int(json, "partition", index);
    write_member_int(json, "beginning", partition->begin);
    write_member_known_int(json, "committed", partition->committed, partition->committed >= 0);
    write_member_int(json, "stable", partition->stable);
    write_member_int(json, "end", partition->end);
    write_member_int(json, "lag", partition->behind);
    write_member_text(json, "owner", partition->owner < 0 ? NULL : group->members[partition->owner].instance);
    write_object_end(json);
}

static void print_json(const struct config *config, const struct lag_group *group)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_int(&json, "time_ms", clock_utc_us() / 1000);
    write_member_text(&json, "group", config->group_id);
    write_member_text(&json, "state", group->state);
    write_member_text(&json, "topic", config->commands_topic);
    write_member_int(&json, "lag", group->behind);
    write_members(&json, group);
    write_key(&json, "partitions");
    write_array(&json);
    for (int i = 0; i < group->partition_count; i++)
        write_partition(&json, group, i);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

static void print(const struct status *status, const struct cli *cli, const struct lag_group *group)
{
    if (cli->json) {
        print_json(&cli->config, group);
    } else if (status->watch && !isatty(STDOUT_FILENO)) {
        print_line(&cli->config, group);
    } else {
        if (status->watch)
            printf("\033[H\033[J"); /* ECMA-48: cursor home, erase what follows */
        print_table(&cli->config, group);
    }
    fflush(stdout);
}

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

/* Once it has seen the group, a watch outlives an outage. */
static int watch(const struct status *status, const struct cli *cli, struct lag *lag)
{
    struct lag_group group;
    struct err err;

    while (!stop_requested() && !ferror(stdout)) {
        clock_sleep_ms(INTERVAL_MS);
        if (stop_requested())
            break;
        if (lag_read(lag, &group, &err))
            print(status, cli, &group);
        else if (!stop_requested() && cli_fail(&err) != EXIT_UNREACHABLE)
            return (int)err.exit_code;
    }
    return EXIT_DONE;
}

static int status_run(const struct status *status, const struct cli *cli)
{
    struct lag_group group;
    struct err err;
    struct lag *lag = lag_open(&cli->config, status->timeout_ms, &err);
    if (lag == NULL)
        return cli_fail(&err);

    int code = EXIT_DONE;
    if (lag_read(lag, &group, &err)) {
        print(status, cli, &group);
        if (status->watch)
            code = watch(status, cli, lag);
    } else {
        code = status->watch && stop_requested() ? EXIT_DONE : cli_fail(&err);
    }
    lag_close(lag);
    return code;
}

static bool set(void *target, int letter, const char *text)
{
    struct status *status = target;

    switch (letter) {
    case 'w': status->watch = true; return true;
    case 't': return moment_span(text, &status->timeout_ms) && status->timeout_ms > 0;
    default: return false;
    }
}

static int status_main(struct cli *cli, int argc, char **argv)
{
    struct status status = {.timeout_ms = 10000};
    int failed = subcommand_options(&cli_status, argc, argv, set, &status);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return status_run(&status, cli);
}

/* clang-format off */
const struct subcommand cli_status = {
    .name = "status",
    .section = "Operate",
    .summary = "Show how far the group is behind in the commands topic, and who is in it",
    .usage = {"[--watch] [--timeout D] [--json]"},
    .description =
        "For each partition of commands.topic it prints the offset that group.id has committed (- stands for never), "
        "the end of what can be read (STABLE: an open transaction holds back what follows), the end, the lag, and "
        "the member that has the partition. The lag counts offsets up to the end, and from the beginning where "
        "nothing was committed; the marker of a transaction takes an offset too. It joins no group and does not ask "
        "PostgreSQL.\n\n"
        "The state is Kafka's: Stable, PreparingRebalance, CompletingRebalance, Empty (no members), Dead (no such "
        "group, or nothing committed and no members).",
    .options = {
        {"watch", 'w', NULL, NULL,
         "Prints again every 2 s until it is interrupted. It redraws a terminal, and adds lines elsewhere."},
        {"timeout", 't', "D", NULL,
         "Waits at most so long for a broker (default 10s). A watch that has begun waits on."},
    },
    .json = "Prints one object, with --watch one a line: {\"time_ms\", \"group\", \"state\", \"topic\", \"lag\", "
            "\"members\": [{\"instance\", \"host\"}], \"partitions\": [{\"partition\", \"beginning\", \"committed\", "
            "\"stable\", \"end\", \"lag\", \"owner\"}]}. Where nothing was committed, committed is null.",
    .exits = {
        {EXIT_DONE, "The state was printed; also when a watch is interrupted."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "It was interrupted."},
        {EXIT_PERMISSION, "The brokers do not allow it: it needs DESCRIBE on the topic and the group."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond status",
        "sessiond status --json | jq .lag",
    },
    .run = status_main,
};
/* clang-format on */
