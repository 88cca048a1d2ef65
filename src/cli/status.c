#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "json/json_write.h"
#include "kafka/tools/lag.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <getopt.h>
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

static void print_members_json(const struct lag_group *group)
{
    printf("\"members\": [");
    for (int i = 0; i < group->member_count; i++) {
        printf("%s{\"instance\": ", i > 0 ? ", " : "");
        json_write_string(stdout, bytes_of(group->members[i].instance));
        printf(", \"host\": ");
        json_write_string(stdout, bytes_of(group->members[i].host));
        printf("}");
    }
    printf("]");
}

static void print_partition_json(const struct lag_group *group, int index)
{
    const struct lag_partition *partition = &group->partitions[index];

    printf("{\"partition\": %d, \"beginning\": %" PRId64 ", \"committed\": ", index, partition->begin);
    if (partition->committed < 0)
        printf("null");
    else
        printf("%" PRId64, partition->committed);
    printf(", \"stable\": %" PRId64 ", \"end\": %" PRId64 ", \"lag\": %" PRId64 ", \"owner\": ", partition->stable,
           partition->end, partition->behind);
    if (partition->owner < 0)
        printf("null}");
    else {
        json_write_string(stdout, bytes_of(group->members[partition->owner].instance));
        printf("}");
    }
}

static void print_json(const struct config *config, const struct lag_group *group)
{
    printf("{\"time_ms\": %" PRId64 ", \"group\": ", clock_utc_us() / 1000);
    json_write_string(stdout, bytes_of(config->group_id));
    printf(", \"state\": ");
    json_write_string(stdout, bytes_of(group->state));
    printf(", \"topic\": ");
    json_write_string(stdout, bytes_of(config->commands_topic));
    printf(", \"lag\": %" PRId64 ", ", group->behind);
    print_members_json(group);
    printf(", \"partitions\": [");
    for (int i = 0; i < group->partition_count; i++) {
        printf("%s", i > 0 ? ", " : "");
        print_partition_json(group, i);
    }
    printf("]}\n");
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

static int status_main(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"watch", no_argument, NULL, 'w'},
        {"timeout",   required_argument, NULL, 't'},
        {0      },
    };
    struct status status = {.timeout_ms = 10000};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'w')
            status.watch = true;
        else if (option != 't' || !moment_span(optarg, &status.timeout_ms) || status.timeout_ms == 0)
            return cli_usage(&cli_status, "cannot use %s", argv[optind - 1]);
    }
    if (optind < argc)
        return cli_usage(&cli_status, "unexpected argument %s", argv[optind]);
    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return status_run(&status, cli);
}

const struct subcommand cli_status = {
    .name = "status",
    .section = "Operate",
    .summary = "How far the group is behind in the commands topic, and who is in it",
    .help =
        "Usage: sessiond status [--watch] [--timeout D] [--json]\n"
        "\n"
        "For each partition of commands.topic: the offset that group.id has committed (- : never), the end of what\n"
        "can be read (STABLE: an open transaction holds back what follows), the end, the lag and the member that\n"
        "has it. The lag counts offsets up to the end, where nothing was committed from the beginning; a\n"
        "transaction's marker takes an offset too. It joins no group and does not ask PostgreSQL.\n"
        "\n"
        "  --watch       again every 2 s, until interrupted: redraws a terminal, else adds a line\n"
        "  --timeout D   how long to wait for a broker (default 10s); a watch that has begun waits on\n"
        "  --json        one object (with --watch one a line): {\"time_ms\", \"group\", \"state\", \"topic\", "
        "\"lag\",\n"
        "                \"members\": [{\"instance\", \"host\"}], \"partitions\": [{\"partition\", \"beginning\",\n"
        "                \"committed\", \"stable\", \"end\", \"lag\", \"owner\"}]}; committed is null: never\n"
        "\n"
        "The state is Kafka's: Stable, PreparingRebalance, CompletingRebalance, Empty (no members), Dead (no such\n"
        "group, or nothing committed and no members).\n"
        "\n"
        "Exit codes: 0, also when a watch is interrupted; 69 no broker answered; 75 interrupted; 77 not allowed\n"
        "(DESCRIBE on the topic and the group); 78 no such topic.\n"
        "\n"
        "Examples:\n"
        "  sessiond status\n"
        "  sessiond status --json | jq .lag\n",
    .run = status_main,
};
