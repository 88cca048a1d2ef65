#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "runtime/stop.h"
#include "postgres/prune.h"

#include <getopt.h>
#include <inttypes.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)

/* 0, or the exit code after saying what is wrong. */
static int parse(struct prune_request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"older-than", required_argument, NULL, 'o'},
        {"dry-run",        no_argument, NULL, 'n'},
        {0           },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'n')
            request->dry_run = true;
        else if (option != 'o' || !moment_age(optarg, &request->older_than_ms) || request->older_than_ms == 0)
            return cli_usage(&cli_prune, "cannot use %s", argv[optind - 1]);
    }
    if (optind < argc)
        return cli_usage(&cli_prune, "unexpected argument %s", argv[optind]);
    if (request->older_than_ms == 0)
        return cli_usage(&cli_prune, "say how old: --older-than 90d");
    return 0;
}

/* A decision's event follows within milliseconds, but an outage of Kafka lies between them whole. */
static void warn_of_haste(const struct prune_request *request)
{
    if (request->older_than_ms < HOUR_MS && !request->dry_run)
        fprintf(stderr, "sessiond: outcomes of the last hour are pruned too; one whose event is not published yet is "
                        "answered COMMAND_EXPIRED instead [E-PRUNE-01]\n");
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
    if (cli->json)
        printf("{\"examined\": %" PRId64 ", \"pruned\": %" PRId64 ", \"dry_run\": %s}\n", count->examined,
               count->pruned, request->dry_run ? "true" : "false");
    else
        printf("%s %" PRId64 " of %" PRId64 " outcomes\n", request->dry_run ? "would prune" : "pruned", count->pruned,
               count->examined);
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
    /* Also after a failure: what is pruned stays pruned. A first window that failed has nothing to tell. */
    if (progress == DONE || count.examined > 0) {
        end_progress();
        print_count(cli, request, &count);
    }
    if (progress == PENDING)
        err_set(&err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted; next: the same command does the rest");
    return progress == DONE ? EXIT_DONE : cli_fail(&err);
}

static int prune_main(struct cli *cli, int argc, char **argv)
{
    struct prune_request request = {0};
    int failed = parse(&request, argc, argv);
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    warn_of_haste(&request);
    return prune_run(cli, &request);
}

const struct subcommand cli_prune = {
    .name = "prune",
    .section = "Operate",
    .summary = "Strip old outcomes from the ledger; their ids stay decided",
    .help = "Usage: sessiond prune --older-than D [--dry-run] [--json]\n"
            "\n"
            "Reduces each outcome that was decided longer ago than D to its bare command id. The id stays decided for\n"
            "ever: a later command with it is answered COMMAND_EXPIRED and makes no second session. So is the command\n"
            "itself when the group is set back to before it, and its event cannot be had again: choose D longer than\n"
            "the commands topic keeps its records. Rows of study_sessions are not touched.\n"
            "\n"
            "It works beside sessiond run, 10,000 ids a transaction, and may be stopped at any time. The space is\n"
            "PostgreSQL's to use again after its vacuum.\n"
            "\n"
            "  --older-than D   90d, 12h, 30m, ...; not 0\n"
            "  --dry-run        count only, change nothing\n"
            "  --json           one object: {\"examined\", \"pruned\", \"dry_run\"}\n"
            "\n"
            "It needs SELECT and UPDATE on command_outcomes; the role of sessiond run has no UPDATE and should not\n"
            "get it: use another role.\n"
            "\n"
            "Exit codes: 0; 69 no answer from the server; 75 interrupted, or locked out too long: start it again; 77\n"
            "password or privilege; 78 database or table missing.\n"
            "\n"
            "Examples:\n"
            "  sessiond prune --older-than 90d --dry-run\n"
            "  sessiond -X postgres.conninfo='dbname=app user=pruner' prune --older-than 90d\n",
    .run = prune_main,
};
