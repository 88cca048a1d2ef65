#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "json/writer.h"
#include "runtime/stop.h"
#include "postgres/prune.h"

#include <inttypes.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)

static bool set(void *target, int letter, const char *text)
{
    struct prune_request *request = target;

    switch (letter) {
    case 'n': request->dry_run = true; return true;
    case 'o': return moment_age(text, &request->older_than_ms) && request->older_than_ms > 0;
    default: return false;
    }
}

/* The event of a decision follows within milliseconds, unless Kafka is down in between. */
static void warn_of_haste(const struct prune_request *request)
{
    if (request->older_than_ms < HOUR_MS && !request->dry_run)
        fprintf(stderr,
                "sessiond: outcomes of the last hour are pruned too; one whose event is not published yet is "
                "answered COMMAND_EXPIRED instead [%s]\n",
                E_PRUNE_01);
}

static void show_progress(const struct prune_count *count)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " of %" PRId64 " outcomes", count->pruned, count->examined);
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputc('\n', stderr);
}

static void print_count(const struct cli *cli, const struct prune_request *request, const struct prune_count *count)
{
    struct json_writer json = json_to_stream(stdout);

    if (!cli->json) {
        printf("%s %" PRId64 " of %" PRId64 " outcomes\n", request->dry_run ? "would prune" : "pruned", count->pruned,
               count->examined);
        return;
    }
    write_object(&json);
    write_member_int(&json, "examined", count->examined);
    write_member_int(&json, "pruned", count->pruned);
    write_member_bool(&json, "dry_run", request->dry_run);
    write_object_end(&json);
    write_line_end(&json);
}

static int prune_run(const struct cli *cli, const struct prune_request *request)
{
    struct prune_count count = {0};
    enum progress progress = PENDING;
    struct err err;
    struct prune *prune = prune_open(&cli->config, request, &err);
    if (prune == NULL)
        return cli_fail(&err);

    while (progress == PENDING && !stop_requested()) {
        progress = prune_step(prune, &count, &err);
        if (progress != FAILED)
            show_progress(&count);
    }
    prune_close(prune);
    /*
     * This is printed after a failure too: what is pruned stays pruned. If the first window failed there is nothing to
     * report.
     */
    if (progress == DONE || count.examined > 0) {
        end_progress();
        print_count(cli, request, &count);
    }
    if (progress == PENDING)
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
                "interrupted\n  fix: run the same command again, which does the rest");
    return progress == DONE ? EXIT_DONE : cli_fail(&err);
}

static int prune_main(struct cli *cli, int argc, char **argv)
{
    struct prune_request request = {0};
    int failed = subcommand_options(&cli_prune, argc, argv, set, &request);

    if (failed == 0 && request.older_than_ms == 0)
        failed = cli_usage(&cli_prune, "say how old an outcome must be to be pruned, for example --older-than 90d");
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    warn_of_haste(&request);
    return prune_run(cli, &request);
}

/* clang-format off */
const struct subcommand cli_prune = {
    .name = "prune",
    .section = "Operate",
    .summary = "Strip old outcomes from the ledger; their ids stay decided",
    .usage = {"--older-than D [--dry-run] [--json]"},
    .description =
        "Reduces each outcome that was decided longer ago than D to its bare command id. The id stays decided for "
        "ever: a later command with that id is answered COMMAND_EXPIRED and makes no second session. The command itself "
        "is answered COMMAND_EXPIRED too if the group is set back to before it, and its event is lost. So choose D longer "
        "than the commands topic keeps its records. Rows of study_sessions are not touched.\n\n"
        "It works beside sessiond run, with 10,000 ids in each transaction, and may be stopped at any time. PostgreSQL "
        "can use the space again after its next vacuum.\n\n"
        "It needs SELECT and UPDATE on command_outcomes. The role of sessiond run has no UPDATE and should not get "
        "it: use another role.",
    .options = {
        {"older-than", 'o', "D", NULL, "Prunes what was decided longer ago than this: 90d, 12h, 30m. It cannot be 0."},
        {"dry-run", 'n', NULL, NULL, "Only counts, and changes nothing."},
    },
    .json = "Prints one object: {\"examined\", \"pruned\", \"dry_run\"}.",
    .exits = {
        {EXIT_DONE, "All old outcomes were pruned or counted."},
        {EXIT_UNREACHABLE, "The server does not answer."},
        {EXIT_TIMEOUT, "It was interrupted, or waited too long for a lock. Start it again."},
        {EXIT_PERMISSION, "The password, the role or a privilege is wrong."},
        {EXIT_CONFIG, "The database or the table is missing."},
    },
    .examples = {
        "sessiond prune --older-than 90d --dry-run",
        "sessiond -X postgres.conninfo='dbname=app user=pruner' prune --older-than 90d",
    },
    .run = prune_main,
};
/* clang-format on */
