#include "cli/parts/answers.h"
#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "cli/parts/outcome_print.h"
#include "cli/parts/record_print.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <getopt.h>

#define SLICE_MS 100
#define AGAIN_MS 1000 /* between two look-ups */

struct await {
    const char *command; /* as it was typed */
    struct uuid command_id;
    int timeout_ms;
    int64_t deadline_ms;

    struct value_schemas *schemas;
    struct answers answers;
    struct lookup *lookup;
    int64_t lookup_ms;  /* when the ledger is asked next; INT64_MAX while it is being asked */
    struct err trouble; /* why the ledger did not answer the last time */
    struct arena arena;
};

/* ---- The ledger -------------------------------------------------------------------------------------------------- */

static int report_stored(struct await *await, const struct cli *cli, const struct lookup_found *found)
{
    (cli->json ? outcome_print_json : outcome_print_text)(found, &await->arena, stdout);
    switch (found->row->kind) {
    case OUTCOME_CREATED: return EXIT_DONE;
    case OUTCOME_REJECTED: return EXIT_REJECTED;
    default: return EXIT_NO;
    }
}

/* DONE: the outcome is found. FAILED: the look-up is over without one, and `trouble` says whether for an error. */
static enum progress ask_ledger(struct await *await, int timeout_ms, struct lookup_found *found)
{
    if (await->lookup_ms != INT64_MAX) {
        lookup_command(await->lookup, &await->command_id);
        await->lookup_ms = INT64_MAX;
    }
    arena_reset(&await->arena);
    enum progress progress = lookup_answer(await->lookup, timeout_ms, &await->arena, found, &await->trouble);
    if (progress == PENDING)
        return PENDING;
    await->lookup_ms = clock_ms() + AGAIN_MS;
    if (progress == DONE)
        await->trouble = (struct err){0};
    return progress == DONE && found->row != NULL ? DONE : FAILED;
}

/* The first look has to succeed: what was decided before would never come by a topic. */
static enum progress ask_ledger_first(struct await *await, struct lookup_found *found)
{
    enum progress progress;

    do
        progress = ask_ledger(await, SLICE_MS, found);
    while (progress == PENDING && !stop_requested() && clock_ms() < await->deadline_ms);
    if (progress == PENDING && !stop_requested())
        err_set(&await->trouble, ERR_STOP, EXIT_UNREACHABLE, "E-AWAIT-02",
                "the database did not answer within --timeout");
    return progress;
}

/* ---- The topics and the ledger ----------------------------------------------------------------------------------- */

static int too_late(const struct await *await)
{
    struct err err;

    if (stop_requested())
        err_set(&err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted");
    else
        err_set(&err, ERR_STOP, EXIT_TIMEOUT, "E-AWAIT-01",
                "command %s has no outcome within --timeout%s%s; next: see that sessiond run works, then await again",
                await->command, await->trouble.class == ERR_NONE ? "" : ": ", await->trouble.message);
    return cli_fail(&err);
}

static int report_event(const struct await *await, const struct cli *cli, const struct record *event)
{
    (cli->json ? record_print_json : record_print_text)(await->schemas, event, stdout);
    return answer_created(event) ? EXIT_DONE : EXIT_REJECTED;
}

static int follow(struct await *await, const struct cli *cli)
{
    struct lookup_found found;
    struct record record;
    struct err err;

    while (!stop_requested() && clock_ms() < await->deadline_ms) {
        switch (reader_next(await->answers.reader, SLICE_MS, &record, &err)) {
        case DONE:
            if (answer_is_of(&record, &await->command_id))
                return report_event(await, cli, &record);
            break;
        case PENDING: break;
        case FAILED: return cli_fail(&err);
        }
        bool due = await->lookup_ms == INT64_MAX || clock_ms() >= await->lookup_ms;
        if (due && ask_ledger(await, 0, &found) == DONE)
            return report_stored(await, cli, &found);
        if (await->trouble.class == ERR_STOP)
            return cli_fail(&await->trouble);
    }
    return too_late(await);
}

static int await_run(struct await *await, const struct cli *cli)
{
    struct lookup_found found;
    struct err err;

    await->deadline_ms = clock_ms() + await->timeout_ms;
    await->schemas = value_schemas_open(&cli->config, &err);
    /* Before the ledger is asked: an event that comes in between is seen. */
    if (await->schemas == NULL || !answers_open(&await->answers, &cli->config, await->timeout_ms, &err))
        return cli_fail(&err);
    await->lookup = lookup_new(&cli->config);
    if (ask_ledger_first(await, &found) == DONE)
        return report_stored(await, cli, &found);
    if (await->trouble.class != ERR_NONE)
        return cli_fail(&await->trouble);
    return follow(await, cli);
}

static void await_close(struct await *await)
{
    lookup_free(await->lookup);
    answers_close(&await->answers);
    value_schemas_close(await->schemas);
    arena_free(&await->arena);
}

/* ---- The subcommand ---------------------------------------------------------------------------------------------- */

/* 0, or the exit code after saying what is wrong. */
static int parse(struct await *await, int argc, char **argv)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'},
        {0    },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option != 't' || !moment_span(optarg, &await->timeout_ms) || await->timeout_ms == 0)
            return cli_usage(&cli_await, "cannot use %s", argv[optind - 1]);
    if (argc - optind != 1)
        return cli_usage(&cli_await, "say one command id");
    await->command = argv[optind];
    if (!uuid_parse(bytes_of(await->command), &await->command_id))
        return cli_usage(&cli_await, "%s is not a UUID", await->command);
    return 0;
}

static int await_main(struct cli *cli, int argc, char **argv)
{
    struct await await = {.timeout_ms = 30000};
    int failed = parse(&await, argc, argv);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    int status = await_run(&await, cli);
    await_close(&await);
    return status;
}

const struct subcommand cli_await = {
    .name = "await",
    .section = "Use",
    .summary = "Wait for the outcome of a command id",
    .help =
        "Usage: sessiond await COMMAND_ID [--timeout D] [--json]\n"
        "\n"
        "Prints the outcome of a command that was sent before, by whomever, or will be. What is decided is in the\n"
        "ledger and is printed at once, as sessiond get does. Otherwise it waits for an event of this command id in\n"
        "the created and rejected topics and prints that, as sessiond tail does; the ledger is asked again each\n"
        "second.\n"
        "\n"
        "Answers that decide nothing (UNDECODABLE, COMMAND_ID_REUSED, STORE_REFUSED, ...) are not in the ledger: only\n"
        "those that come while it waits are seen. sessiond send --await misses none.\n"
        "\n"
        "  --timeout D   how long to wait, connecting included (default 30s)\n"
        "  --json        one object: an event is {\"topic\", \"partition\", \"offset\", \"timestamp\", \"key\", "
        "\"headers\",\n"
        "                \"value\"}, a stored outcome what sessiond get prints\n"
        "\n"
        "Exit codes: 0 created; 1 decided, but the outcome is no longer kept; 3 rejected; 69 broker or database out "
        "of\n"
        "reach; 75 no outcome within --timeout, or interrupted; 77 not allowed; 78 no such topic or table.\n"
        "\n"
        "Examples:\n"
        "  sessiond await 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b --timeout 5s\n"
        "  sessiond await \"$id\" && echo created\n",
    .run = await_main,
};
