#include "cli/cli.h"
#include "config/topics.h"
#include "core/decimal.h"
#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "cli/parts/record_print.h"
#include "kafka/tools/reader.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define SLICE_MS 100

struct tail {
    const char *which;
    const char *topics[OWN_TOPICS];
    size_t topic_count;
    struct range_request from;
    bool until_end;
    int64_t count;  /* 0: no limit */
    int timeout_ms; /* 0: none */
};

/* ---- What to read ------------------------------------------------------------------------------------------------ */

static const char *const words[OWN_TOPICS] = {"commands", "created", "rejected", "dlq"};

static void add_topic(struct tail *tail, const char *which, const char *topic)
{
    if (*topic == 0 || (strcmp(tail->which, which) != 0 && strcmp(tail->which, "all") != 0))
        return;
    for (size_t i = 0; i < tail->topic_count; i++)
        if (strcmp(tail->topics[i], topic) == 0)
            return;
    tail->topics[tail->topic_count++] = topic;
}

static bool choose_topics(struct tail *tail, const struct config *config, struct err *err)
{
    for (enum own_topic topic = 0; topic < OWN_TOPICS; topic++)
        add_topic(tail, words[topic], topic_name(config, topic));
    return tail->topic_count > 0 || cli_need_dlq(config, err);
}

static bool is_which(const char *text)
{
    for (enum own_topic topic = 0; topic < OWN_TOPICS; topic++)
        if (strcmp(text, words[topic]) == 0)
            return true;
    return strcmp(text, "all") == 0;
}

static bool set_which(struct tail *tail, const char *text)
{
    if (tail->which != NULL || !is_which(text))
        return false;
    tail->which = text;
    return true;
}

static bool set(void *target, int letter, const char *text)
{
    struct tail *tail = target;

    switch (letter) {
    case SUBCOMMAND_ARGUMENT: return set_which(tail, text);
    case 'f': return place_parse(text, clock_utc_us() / 1000, &tail->from);
    case 'u': tail->until_end = true; return true;
    case 'c': return decimal_read_all(text, &tail->count) && tail->count > 0;
    case 't': return moment_span(text, &tail->timeout_ms) && tail->timeout_ms > 0;
    default: return false;
    }
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static bool is_over(const struct tail *tail, const struct reader *reader, int64_t printed)
{
    return stop_requested() || reader_ended(reader) || (tail->count > 0 && printed >= tail->count);
}

/* The requested records did not come in time. Without a count and an end, a timeout only says when to stop looking. */
static int too_late(const struct tail *tail, int64_t printed)
{
    struct err err;

    if (tail->count == 0 && !tail->until_end)
        return EXIT_DONE;
    err_set(&err, ERR_STOP, EXIT_TIMEOUT, E_TAIL_01,
            "only %" PRId64
            " records came within --timeout\n  fix: wait longer (--timeout), or look further back (--from)",
            printed);
    return cli_fail(&err);
}

/* Writing would show it too, but `tail | head -1` may have nothing more to write for days. */
static bool output_is_closed(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};

    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

static int follow(const struct tail *tail, const struct cli *cli, struct reader *reader, struct value_schemas *schemas)
{
    int64_t deadline_ms = tail->timeout_ms > 0 ? clock_ms() + tail->timeout_ms : INT64_MAX;
    int64_t printed = 0;
    struct record record;
    struct err err;

    while (!is_over(tail, reader, printed)) {
        if (clock_ms() >= deadline_ms)
            return too_late(tail, printed);
        switch (reader_next(reader, SLICE_MS, &record, &err)) {
        case DONE:
            (cli->json ? record_print_json : record_print_text)(schemas, &record, stdout);
            printed++;
            break;
        case PENDING:
            fflush(stdout);
            if (output_is_closed())
                return EXIT_DONE;
            break;
        case FAILED: fflush(stdout); return cli_fail(&err);
        }
    }
    return EXIT_DONE;
}

static int tail_run(struct tail *tail, const struct cli *cli)
{
    struct range_request from = tail->from;
    struct reader *reader = NULL;
    struct err err;
    struct value_schemas *schemas = value_schemas_open(&cli->config, &err);
    if (schemas == NULL)
        return cli_fail(&err);

    from.timeout_ms = tail->timeout_ms > 0 ? tail->timeout_ms : 30000;
    if (choose_topics(tail, &cli->config, &err))
        reader = reader_open(&cli->config,
                             &(struct reader_request){
                                 .topics = tail->topics,
                                 .topic_count = tail->topic_count,
                                 .range = from,
                                 .until_end = tail->until_end,
                             },
                             &err);
    int status = reader == NULL ? cli_fail(&err) : follow(tail, cli, reader, schemas);
    reader_close(reader);
    value_schemas_close(schemas);
    return status;
}

static int tail_main(struct cli *cli, int argc, char **argv)
{
    struct tail tail = {.from.from = RANGE_END};
    int failed = subcommand_options(&cli_tail, argc, argv, set, &tail);

    if (tail.which == NULL)
        tail.which = "all";
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    /* `tail | head` ends when its reader does. */
    signal(SIGPIPE, SIG_DFL);
    return tail_run(&tail, cli);
}

/* clang-format off */
const struct subcommand cli_tail = {
    .name = "tail",
    .section = "Use",
    .summary = "Follow commands and events, decoded, as text or JSON lines",
    .usage = {"[created|rejected|commands|dlq|all] [options]"},
    .description =
        "Prints each committed record of the topic as it comes: its time, its place, its key, the code of a "
        "rejection, and the value. It reads all partitions without a group, so it disturbs nobody.",
    .arguments = {
        {"created", "Prints the created events (events.created.topic)."},
        {"rejected", "Prints the rejected events (events.rejected.topic)."},
        {"commands", "Prints the commands (commands.topic)."},
        {"dlq", "Prints the dead letters (dlq.topic)."},
        {"all", "Prints the records of all four topics; this is the default."},
    },
    .options = {
        {"from", 'f', "F", NULL,
         "Begins at the end (the default, for what comes from now on), at the beginning, at an offset in every partition, or "
         "at a time such as 2026-11-22T02:13:05Z, or 10m for ten minutes ago."},
        {"until-end", 'u', NULL, NULL, "Stops at what is the end now, instead of waiting for more."},
        {"count", 'c', "N", NULL, "Stops after N records."},
        {"timeout", 't', "D", NULL, "Stops after this time. It is also how long to wait for a broker (default 30s)."},
    },
    .values = {
        {"F", "beginning end"},
    },
    .json = "Prints JSON lines: {\"topic\", \"partition\", \"offset\", \"timestamp\", \"key\", \"headers\", "
            "\"value\"}. A value that is neither JSON nor Avro of a known schema is in \"value_base64\".",
    .exits = {
        {EXIT_DONE, "It is over. An interrupt ends it so too, and a reader of its output that goes away."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "--timeout came before --count or the end."},
        {EXIT_PERMISSION, "The brokers do not allow it."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond tail rejected",
        "sessiond tail created --from beginning --until-end --json | jq -r .value.session.id",
    },
    .run = tail_main,
};
/* clang-format on */
