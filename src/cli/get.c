#include "cli/cli.h"
#include "cli/parts/outcome_print.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#define WAIT_MS 1000

struct get {
    const char *command; /* as it was typed; NULL: the session is asked for */
    struct uuid command_id;
    int64_t session_id;
};

static bool parse_id(const char *text, int64_t *id)
{
    char *rest;

    errno = 0;
    *id = strtoll(text, &rest, 10);
    return *text >= '0' && *text <= '9' && *rest == 0 && errno == 0 && *id > 0;
}

/* 0, or the exit code after saying what is wrong. */
static int parse(struct get *get, int argc, char **argv)
{
    static const struct option options[] = {
        {"session", required_argument, NULL, 's'},
        {0    },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option != 's' || !parse_id(optarg, &get->session_id))
            return cli_usage(&cli_get, "cannot use %s", argv[optind - 1]);
    if (optind < argc)
        get->command = argv[optind++];
    if (optind < argc)
        return cli_usage(&cli_get, "unexpected argument %s", argv[optind]);
    if ((get->command != NULL) == (get->session_id != 0))
        return cli_usage(&cli_get, "say either a command id or --session");
    if (get->command != NULL && !uuid_parse(bytes_of(get->command), &get->command_id))
        return cli_usage(&cli_get, "%s is not a UUID", get->command);
    return 0;
}

static int report(const struct get *get, const struct cli *cli, const struct lookup_found *found, struct arena *arena)
{
    if (found->row != NULL) {
        (cli->json ? outcome_print_json : outcome_print_text)(found, arena, stdout);
        return EXIT_DONE;
    }
    if (get->command != NULL)
        fprintf(stderr, "no outcome of command %s is stored\n", get->command);
    else
        fprintf(stderr, "no stored outcome created session %" PRId64 "\n", get->session_id);
    return EXIT_NO;
}

static int get_run(const struct get *get, const struct cli *cli)
{
    struct arena arena = {0};
    struct lookup *lookup = lookup_new(&cli->config);
    struct lookup_found found;
    enum progress progress;
    struct err err;

    if (get->command != NULL)
        lookup_command(lookup, &get->command_id);
    else
        lookup_session(lookup, get->session_id);
    do
        progress = lookup_answer(lookup, WAIT_MS, &arena, &found, &err);
    while (progress == PENDING);
    int status = progress == DONE ? report(get, cli, &found, &arena) : cli_fail(&err);
    lookup_free(lookup);
    arena_free(&arena);
    return status;
}

static int get_main(struct cli *cli, int argc, char **argv)
{
    struct get get = {0};
    int failed = parse(&get, argc, argv);

    if (failed == 0)
        failed = cli_load_config(cli);
    return failed != 0 ? failed : get_run(&get, cli);
}

const struct subcommand cli_get = {
    .name = "get",
    .section = "Use",
    .summary = "The stored outcome of a command, or of a session's command",
    .help =
        "Usage: sessiond get COMMAND_ID [--json]\n"
        "       sessiond get --session ID [--json]\n"
        "\n"
        "Prints what was decided for a command id, from the table command_outcomes: the session and the names as they\n"
        "were when it was created, or why it was rejected; when, and for which record. No broker is asked.\n"
        "\n"
        "Answers that decide nothing (UNDECODABLE, COMMAND_ID_REUSED, STORE_REFUSED, ...) are not stored: they are in\n"
        "the rejected topic only, see sessiond tail rejected.\n"
        "\n"
        "  --session ID  the outcome that created this row of study_sessions; reads the whole ledger, which takes\n"
        "                seconds when it is large\n"
        "  --json        one object: \"state\" (created, rejected, expired), \"position\" of the command {\"topic\",\n"
        "                \"partition\", \"offset\", \"timestamp\"}, and the fields of the event as published in JSON\n"
        "\n"
        "Exit codes: 0 found, created or not; 1 nothing is stored; 69 the database does not answer; 77 password, role "
        "or\n"
        "privilege; 78 no such database or table.\n"
        "\n"
        "Examples:\n"
        "  sessiond get 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b\n"
        "  sessiond get --session 17 --json | jq -r .command_id\n",
    .run = get_main,
};
