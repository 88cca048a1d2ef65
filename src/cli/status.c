#include "cli/cli.h"
#include "cli/parts/group_print.h"
#include "cli/parts/moment.h"
#include "cli/parts/running_worker.h"
#include "json/scan.h"
#include "kafka/tools/lag.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define INTERVAL_MS 2000

struct status {
    const struct cli *cli;
    bool watch;
    int timeout_ms;
    struct lag *lag; /* opened when a broker is asked for the first time */
};

/* ---- From the worker ----------------------------------------------------------------------------------------------- */

/* A watch keeps its lines, but on a terminal each frame replaces the last. */
static bool wants_line(const struct status *status)
{
    return status->watch && !isatty(STDOUT_FILENO);
}

static void begin_frame(const struct status *status)
{
    if (status->watch && !status->cli->json)
        printf("\033[H\033[J"); /* ECMA-48: cursor home, erase what follows */
}

static int64_t number_in(const char *json, const char *name)
{
    struct scanner scan = scan_start(bytes_of(json));
    int64_t number = 0;
    bool integer;

    return scan_find(&scan, name) && scan_number(&scan, &integer, &number) ? number : 0;
}

/* Prints the worker's word and sentence, and how far it is behind. */
static bool print_worker_line(const struct status *status, const struct reply *json, struct err *err)
{
    struct reply ready;
    char now[GROUP_PRINT_NOW];

    if (!running_worker_ask(&status->cli->config, "/readyz", &ready, err))
        return false;
    group_print_now(now);
    printf("%s %.*s; %" PRId64 " behind\n", now, (int)strcspn(ready.body, "\n"), ready.body,
           number_in(json->body, "lag"));
    free(ready.body);
    return true;
}

static bool print_worker_table(const struct status *status, struct err *err)
{
    struct reply table;

    if (!running_worker_ask(&status->cli->config, "/", &table, err))
        return false;
    begin_frame(status);
    printf("%s\nasked: the worker at %s\n", table.body, status->cli->config.http_listen);
    free(table.body);
    return true;
}

/* False: no worker of this configuration answers, and `err` says why. */
static bool show_worker(const struct status *status, struct err *err)
{
    struct reply json;
    bool shown = true;

    if (!running_worker_ask(&status->cli->config, "/api/status", &json, err))
        return false;
    if (status->cli->json)
        fputs(json.body, stdout);
    else if (wants_line(status))
        shown = print_worker_line(status, &json, err);
    else
        shown = print_worker_table(status, err);
    free(json.body);
    return shown;
}

/* ---- From the broker ----------------------------------------------------------------------------------------------- */

static void print_group(const struct status *status, const struct lag_group *group, const struct err *why)
{
    const struct config *config = &status->cli->config;

    if (status->cli->json) {
        group_print_json(config, group);
    } else if (wants_line(status)) {
        group_print_line(config, group);
    } else {
        begin_frame(status);
        group_print_table(config, group, stdout);
        printf("\nasked: the broker; %.200s\n", why->message);
    }
}

static bool show_group(struct status *status, const struct err *why, struct err *err)
{
    struct lag_group group;

    if (status->lag == NULL)
        status->lag = lag_open(&status->cli->config, status->timeout_ms, err);
    if (status->lag == NULL || !lag_read(status->lag, &group, err))
        return false;
    print_group(status, &group, why);
    return true;
}

static bool show(struct status *status, struct err *err)
{
    struct err why = {0};
    bool shown = show_worker(status, &why) || show_group(status, &why, err);

    fflush(stdout);
    return shown;
}

/* Once it has seen something, a watch outlives an outage. */
static int watch(struct status *status)
{
    struct err err = {0};

    while (!stop_requested() && !ferror(stdout)) {
        clock_sleep_ms(INTERVAL_MS);
        if (stop_requested())
            break;
        if (!show(status, &err) && !stop_requested() && cli_fail(&err) != EXIT_UNREACHABLE)
            return (int)err.exit_code;
    }
    return EXIT_DONE;
}

static int status_run(struct status *status)
{
    struct err err = {0};
    int code = EXIT_DONE;

    if (!show(status, &err))
        code = status->watch && stop_requested() ? EXIT_DONE : cli_fail(&err);
    else if (status->watch)
        code = watch(status);
    lag_close(status->lag);
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
    struct status status = {.cli = cli, .timeout_ms = 10000};
    int failed = subcommand_options(&cli_status, argc, argv, set, &status);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return status_run(&status);
}

/* clang-format off */
const struct subcommand cli_status = {
    .name = "status",
    .section = "Operate",
    .summary = "Show what the worker here does, or how far the group is behind and who is in it",
    .usage = {"[--watch] [--timeout D] [--json]"},
    .description =
        "Asks the worker that answers at http.listen, if there is one with this group.id and commands.topic. It prints the "
        "worker's state, what it depends on, how far its partitions are behind, and what it has rejected. Otherwise it asks "
        "the broker. For each partition of commands.topic it then prints the offset that group.id has committed (- means "
        "none), the end of what can be read (STABLE; an open transaction holds back what follows), the end, the lag, and the "
        "member that has the partition. It says whom it has asked. The lag counts offsets up to the end, and from the "
        "beginning if nothing was committed; the marker of a transaction takes an offset too. status joins no group and does "
        "not ask PostgreSQL.\n\n"
        "The state of a group is Kafka's: Stable, PreparingRebalance, CompletingRebalance, Empty (no members), Dead "
        "(no such group, or nothing committed and no members).",
    .options = {
        {"watch", 'w', NULL, NULL,
         "Prints again every 2 s until it is interrupted. It redraws a terminal, and adds lines elsewhere."},
        {"timeout", 't', "D", NULL,
         "Waits at most this long for a broker (default 10s). A watch that has begun goes on waiting."},
    },
    .json = "Prints one object, or with --watch one on each line. Both the worker and the broker give {\"source\": \"worker\" or "
            "\"broker\", \"time_ms\", \"state\", \"sentence\", \"group\", \"topic\", \"lag\", \"partitions\": "
            "[{\"partition\", \"committed\", \"stable\", \"end\", \"lag\", \"owner\"}]}. committed is null "
            "if nothing was committed. The worker gives everything that /api/status has. From the broker, state and "
            "sentence are null, and \"group_state\", \"members\": [{\"instance\", \"host\"}] and the \"beginning\" of "
            "each partition are there.",
    .exits = {
        {EXIT_DONE, "The state was printed. An interrupted watch ends so too."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "It was interrupted."},
        {EXIT_PERMISSION, "The brokers do not allow it. It needs DESCRIBE on the topic and the group."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond status",
        "sessiond status --json | jq .lag",
        "sessiond status -X http.listen=",
    },
    .run = status_main,
};
/* clang-format on */
