#include "cli/cli.h"
#include "core/decimal.h"
#include "cli/parts/outcome_print.h"

#include <inttypes.h>

#define WAIT_MS 1000

struct get {
    const char *command; /* as it was typed; NULL: the lookup is by session */
    struct uuid command_id;
    int64_t session_id;
};

static bool set(void *target, int letter, const char *text)
{
    struct get *get = target;

    if (letter == 's')
        return decimal_read_all(text, &get->session_id) && get->session_id > 0;
    if (get->command != NULL)
        return false;
    get->command = text;
    return true;
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct get *get, int argc, char **argv)
{
    int failed = subcommand_options(&cli_get, argc, argv, set, get);

    if (failed != 0)
        return failed;
    if ((get->command != NULL) == (get->session_id != 0))
        return cli_usage(&cli_get, "name either a command id or --session, and not both");
    if (get->command != NULL && !uuid_parse(bytes_of(get->command), &get->command_id))
        return cli_usage(&cli_get, "the command id %s is not a UUID", get->command);
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

/* clang-format off */
const struct subcommand cli_get = {
    .name = "get",
    .section = "Use",
    .summary = "Show the stored outcome of a command, or of a session's command",
    .usage = {"COMMAND_ID [--json]", "--session ID [--json]"},
    .description =
        "Prints what was decided for a command id, from the table command_outcomes: the session with the names as they were "
        "when it was created, or why the command was rejected; when that was decided, and for which record. No broker is "
        "asked.\n\n"
        "Answers that decide nothing (UNDECODABLE, COMMAND_ID_REUSED, STORE_REFUSED, ...) are not stored: they are "
        "in the rejected topic only. See sessiond tail rejected.",
    .arguments = {
        {"COMMAND_ID", "This is the id of the command, a UUID."},
    },
    .options = {
        {"session", 's', "ID", NULL,
         "Prints the outcome that created this row of study_sessions. It reads the whole ledger, which takes "
         "seconds when that is large."},
    },
    .json = "Prints one object: the \"state\" (created, rejected, expired), the \"position\" of the command "
            "{\"topic\", \"partition\", \"offset\", \"timestamp\"}, and the fields of the event as published in JSON.",
    .exits = {
        {EXIT_DONE, "An outcome is stored, created or not."},
        {EXIT_NO, "Nothing is stored."},
        {EXIT_UNREACHABLE, "The database does not answer."},
        {EXIT_PERMISSION, "The password, the role or a privilege is wrong."},
        {EXIT_CONFIG, "There is no such database or table."},
    },
    .examples = {
        "sessiond get 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b",
        "sessiond get --session 17 --json | jq -r .command_id",
    },
    .run = get_main,
};
/* clang-format on */
