#include "cli/parts/answers.h"
#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "cli/parts/outcome_print.h"
#include "cli/parts/record_print.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#define SLICE_MS 100
#define AGAIN_MS 1000 /* between two lookups */

struct await {
    const char *command; /* as it was typed */
    struct uuid command_id;
    int timeout_ms;
    int64_t deadline_ms;

    struct value_schemas *schemas;
    struct answers answers;
    struct lookup *lookup;
    int64_t lookup_ms;  /* when the ledger is asked next; INT64_MAX while a lookup is under way */
    struct err trouble; /* why the last lookup failed */
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

/* DONE: the outcome is found. FAILED: the lookup is over and found none; `trouble` has an error if that is the reason. */
MUSTUSE static enum progress ask_ledger(struct await *await, int timeout_ms, struct lookup_found *found)
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

/* The first lookup has to succeed, because the event of an outcome that was decided before does not come again. */
MUSTUSE static enum progress ask_ledger_first(struct await *await, struct lookup_found *found)
{
    enum progress progress;

    do
        progress = ask_ledger(await, SLICE_MS, found);
    while (progress == PENDING && !stop_requested() && clock_ms() < await->deadline_ms);
    if (progress == PENDING && !stop_requested())
        err_set(&await->trouble, ERR_STOP, EXIT_UNREACHABLE, E_AWAIT_02,
                "the database did not answer within --timeout\n  fix: see that it works (sessiond health, sessiond "
                "check), or wait longer");
    return progress;
}

/* ---- The topics and the ledger ----------------------------------------------------------------------------------- */

static int too_late(const struct await *await)
{
    struct err err;

    if (stop_requested())
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
                "interrupted while waiting for the outcome of command %s", await->command);
    else
        err_set(&err, ERR_STOP, EXIT_TIMEOUT, E_AWAIT_01,
                "command %s has no outcome within --timeout%s%s\n  fix: see that sessiond run works, then await again",
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
    /* It is opened before the ledger is asked, so that an event in between is seen. */
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

static bool set(void *target, int letter, const char *text)
{
    struct await *await = target;

    if (letter == 't')
        return moment_span(text, &await->timeout_ms) && await->timeout_ms > 0;
    if (await->command != NULL)
        return false;
    await->command = text;
    return true;
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct await *await, int argc, char **argv)
{
    int failed = subcommand_options(&cli_await, argc, argv, set, await);

    if (failed != 0)
        return failed;
    if (await->command == NULL)
        return cli_usage(&cli_await, "name one command id");
    if (!uuid_parse(bytes_of(await->command), &await->command_id))
        return cli_usage(&cli_await, "the command id %s is not a UUID", await->command);
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

/* clang-format off */
const struct subcommand cli_await = {
    .name = "await",
    .section = "Use",
    .summary = "Wait for the outcome of a command id",
    .usage = {"COMMAND_ID [--timeout D] [--json]"},
    .description =
        "Prints the outcome of a command, whoever has sent it or will send it. An outcome that is decided is in the ledger "
        "and is printed at once, in the form of sessiond get. Otherwise the command waits for an event of this command id in "
        "the created and rejected topics and prints it in the form of sessiond tail. It asks the ledger again each "
        "second.\n\n"
        "Answers that decide nothing (UNDECODABLE, COMMAND_ID_REUSED, STORE_REFUSED, ...) are not in the ledger. This "
        "command sees only those that come while it waits; sessiond send --await misses none.",
    .arguments = {
        {"COMMAND_ID", "This is the id of the command, a UUID."},
    },
    .options = {
        {"timeout", 't', "D", NULL, "Waits at most this long, including the time to connect (default 30s)."},
    },
    .json = "Prints one object. An event is {\"topic\", \"partition\", \"offset\", \"timestamp\", \"key\", "
            "\"headers\", \"value\"}; a stored outcome has the form of sessiond get.",
    .exits = {
        {EXIT_DONE, "The session was created."},
        {EXIT_NO, "The command was decided, but its outcome is no longer kept."},
        {EXIT_REJECTED, "The command was rejected."},
        {EXIT_UNREACHABLE, "The broker or the database cannot be reached."},
        {EXIT_TIMEOUT, "There was no outcome within --timeout, or it was interrupted."},
        {EXIT_PERMISSION, "The broker or the database does not allow it."},
        {EXIT_CONFIG, "There is no such topic or table."},
    },
    .examples = {
        "sessiond await 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b --timeout 5s",
        "sessiond await \"$id\" && echo created",
    },
    .run = await_main,
};
/* clang-format on */
