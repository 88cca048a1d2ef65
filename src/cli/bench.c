#include "cli/bench.h"

#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "core/percentile.h"
#include "json/writer.h"
#include "runtime/stop.h"

#include <inttypes.h>

#define RATE_MAX  1000000
#define COUNT_MAX 20000000 /* 8 bytes of memory each */

static const struct {
    const char *name;
    unsigned int permille;
} percentiles[] = {
    {"p50",   500 },
    {"p90",   900 },
    {"p99",   990 },
    {"p99.9", 999 },
    {"max",   1000},
};

#define PERCENTILES (sizeof percentiles / sizeof *percentiles)

struct options {
    struct bench bench;
    int duration_ms; /* 0: --count was given */
};

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void announce(const struct bench *bench, const struct config *config)
{
    fprintf(stderr,
            "bench makes %" PRIu64 " real sessions of group %" PRId64 " and activity %" PRId64
            ", by commands on %s, %" PRId64 " a second\n",
            bench->count, bench->group_id, bench->study_activity_id, config->commands_topic, bench->rate);
}

static double per_second(uint64_t count, int64_t us)
{
    return us > 0 ? (double)count * 1e6 / (double)us : 0;
}

/* The sending ends with the last command sent, and the answering with the last one answered. */
static int64_t sending_us(const struct bench *bench)
{
    return bench->sent_us - bench->start_us + 1000000 / bench->rate;
}

static uint64_t answered(const struct bench *bench)
{
    return bench->created + bench->rejected;
}

static void print_text(const struct bench *bench, const int64_t *latencies)
{
    printf("sent %" PRIu64 " commands in %.1f s, %.1f a second: %" PRIu64 " created, %" PRIu64 " rejected, %" PRIu64
           " without an event\n",
           bench->sent, (double)sending_us(bench) / 1e6, per_second(bench->sent, sending_us(bench)), bench->created,
           bench->rejected, bench->sent - answered(bench));
    if (answered(bench) == 0)
        return;
    printf("answered %.1f a second\nlatency", per_second(answered(bench), bench->answer_us - bench->start_us));
    for (size_t i = 0; i < PERCENTILES; i++)
        printf("  %s %.1f ms", percentiles[i].name,
               (double)percentile_of(latencies, answered(bench), percentiles[i].permille) / 1e3);
    puts("");
}

static void write_number(struct json_writer *json, const char *name, double value, bool known)
{
    char text[32];

    snprintf(text, sizeof text, "%.9g", value);
    write_key(json, name);
    write_raw(json, bytes_of(known ? text : "null"));
}

static void print_json(const struct bench *bench, const int64_t *latencies, const struct config *config)
{
    struct json_writer json = json_to_stream(stdout);
    size_t count = answered(bench);

    write_object(&json);
    write_member_text(&json, "topic", config->commands_topic);
    write_member_int(&json, "sent", (int64_t)bench->sent);
    write_member_int(&json, "created", (int64_t)bench->created);
    write_member_int(&json, "rejected", (int64_t)bench->rejected);
    write_member_int(&json, "missing", (int64_t)(bench->sent - count));
    write_number(&json, "sent_per_second", per_second(bench->sent, sending_us(bench)), bench->sent > 0);
    write_number(&json, "answered_per_second", per_second(count, bench->answer_us - bench->start_us), count > 0);
    write_key(&json, "latency_seconds");
    write_object(&json);
    for (size_t i = 0; i < PERCENTILES; i++)
        write_number(&json, percentiles[i].name, (double)percentile_of(latencies, count, percentiles[i].permille) / 1e6,
                     count > 0);
    write_object_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

/* ---- The subcommand ---------------------------------------------------------------------------------------------- */

static int verdict(const struct bench *bench)
{
    uint64_t missing = bench->sent - answered(bench);
    struct err err;

    if (missing == 0)
        return EXIT_DONE;
    if (stop_requested())
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
                "interrupted; %" PRIu64 " of %" PRIu64 " commands have no event yet", missing, bench->sent);
    else
        err_set(&err, ERR_STOP, EXIT_TIMEOUT, E_AWAIT_01,
                "%" PRIu64 " of %" PRIu64 " commands have no event within --timeout; they are sent\n  fix: see that "
                "sessiond run works and how far it is behind (sessiond status), or send fewer a second",
                missing, bench->sent);
    return cli_fail(&err);
}

static int bench_do(struct bench *bench, const struct cli *cli)
{
    struct err err;

    if (!bench_open(bench, &cli->config, &err))
        return cli_fail(&err);
    announce(bench, &cli->config);
    if (!bench_run(bench, &err))
        return cli_fail(&err);
    const int64_t *latencies = bench_latencies(bench);
    if (cli->json)
        print_json(bench, latencies, &cli->config);
    else
        print_text(bench, latencies);
    return verdict(bench);
}

static bool set(void *target, int letter, const char *text)
{
    struct options *options = target;
    struct bench *bench = &options->bench;
    int64_t number;

    switch (letter) {
    case 'g': return place_number(text, INT64_MAX, &bench->group_id) && bench->group_id > 0;
    case 'a': return place_number(text, INT64_MAX, &bench->study_activity_id) && bench->study_activity_id > 0;
    case 'r': return place_number(text, RATE_MAX, &bench->rate) && bench->rate > 0;
    case 'c':
        if (!place_number(text, COUNT_MAX, &number) || number == 0)
            return false;
        bench->count = (uint64_t)number;
        return true;
    case 'd': return moment_span(text, &options->duration_ms) && options->duration_ms > 0;
    case 't': return moment_span(text, &bench->timeout_ms) && bench->timeout_ms > 0;
    default: return false;
    }
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct options *options, int argc, char **argv)
{
    struct bench *bench = &options->bench;
    int failed = subcommand_options(&cli_bench, argc, argv, set, options);

    if (failed != 0)
        return failed;
    if (bench->group_id == 0 || bench->study_activity_id == 0)
        return cli_usage(&cli_bench, "both --group-id and --study-activity-id are needed: it makes real sessions");
    if (bench->count != 0 && options->duration_ms != 0)
        return cli_usage(&cli_bench, "give either --duration or --count, and not both");
    if (bench->count != 0)
        return 0;
    int64_t count = bench->rate * (options->duration_ms == 0 ? 10000 : options->duration_ms) / 1000;
    if (count > COUNT_MAX)
        return cli_usage(&cli_bench,
                         "that would be %" PRId64
                         " commands, and %d is the most: choose a lower --rate, --duration or --count",
                         count, COUNT_MAX);
    bench->count = count == 0 ? 1 : (uint64_t)count;
    return 0;
}

static int bench_main(struct cli *cli, int argc, char **argv)
{
    struct options options = {
        .bench = {.rate = 100, .timeout_ms = 30000}
    };
    int failed = parse(&options, argc, argv);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    int status = bench_do(&options.bench, cli);
    bench_close(&options.bench);
    return status;
}

/* clang-format off */
const struct subcommand cli_bench = {
    .name = "bench",
    .section = "Operate",
    .summary = "Send commands at a rate, and measure how long their events take",
    .usage = {"--group-id N --study-activity-id N [--rate N] [--duration D | --count N] [--timeout D] [--json]"},
    .description =
        "Sends commands to commands.topic at a steady rate, and reads their events from the created and rejected topics as a "
        "consumer with isolation.level=read_committed does. The commands are real: each makes a session in the tables of "
        "whichever worker answers, and nothing removes it again. bench says so before it begins.\n\n"
        "A latency is the time from when a command was due to be sent until its event arrived. When a worker or a broker stands "
        "still, the commands that were due meanwhile have waited, and count as such. The percentiles are exact. Each command goes "
        "out at once (kafka.producer.linger.ms has no effect here), in JSON and with its id as its key. Only the events of its own "
        "commands count, whether they are created or rejected.",
    .options = {
        {"group-id", 'g', "N", NULL, "Names the group of every session."},
        {"study-activity-id", 'a', "N", NULL, "Names the study activity of every session."},
        {"rate", 'r', "N", NULL, "Sends this many commands a second (default 100), however slow the answers are."},
        {"duration", 'd', "D", NULL, "Sends for this long (default 10s)."},
        {"count", 'c', "N", NULL, "Sends this many commands, however long that takes."},
        {"timeout", 't', "D", NULL,
         "Waits at most this long for a broker, for the delivery of each command, and for the last events (default 30s)."},
    },
    .json = "Prints one object: {\"topic\", \"sent\", \"created\", \"rejected\", \"missing\", \"sent_per_second\", "
            "\"answered_per_second\", \"latency_seconds\": {\"p50\", \"p90\", \"p99\", \"p99.9\", \"max\"}}. "
            "A value that is not known is null.",
    .exits = {
        {EXIT_DONE, "Each command that was sent has its event, even if an interrupt ended the sending."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "Events are missing after --timeout or after an interrupt. What is known is printed."},
        {EXIT_PERMISSION, "The brokers do not allow it."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond bench --group-id 1 --study-activity-id 1 --rate 500 --duration 1m",
        "sessiond bench --group-id 1 --study-activity-id 1 --count 1000 --json | jq .latency_seconds.p99",
    },
    .run = bench_main,
};
/* clang-format on */
