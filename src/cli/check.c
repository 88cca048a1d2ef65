#include "cli/check.h"

#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "runtime/stop.h"

#define TIMEOUT_MS 10000

static bool set(void *target, int letter, const char *text)
{
    struct check_request *request = target;

    if (letter == 'c')
        return request->connect = true;
    return letter == 't' && moment_span(text, &request->timeout_ms);
}

static int check_main(struct cli *cli, int argc, char **argv)
{
    struct check_request request = {.config = &cli->config, .sources = &cli->request, .timeout_ms = TIMEOUT_MS};
    struct err err;
    int failed = subcommand_options(&cli_check, argc, argv, set, &request);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    /* Everything there is to say is a finding. */
    if (cli->config.log_level == LOG_INFO || cli->config.log_level == LOG_WARNING)
        log_set_level(LOG_ERROR);
    struct check_findings *findings = check_run(&request);
    if (findings == NULL) {
        (void)err_interrupted(&err, "checking");
        return cli_fail(&err);
    }
    (cli->json ? check_findings_print_json : check_findings_print)(findings, stdout);
    int status = check_count(findings, CHECK_ERROR) == 0 ? EXIT_DONE : EXIT_NO;
    check_findings_free(findings);
    return status;
}

/* clang-format off */
const struct subcommand cli_check = {
    .name = "check",
    .section = "Operate",
    .summary = "Look for mistakes before a rollout",
    .usage = {"[--connect] [--timeout D] [--json]"},
    .description =
        "Reads the configuration that run would read and says what is wrong with it. Each finding has a code, a place and a "
        "fix. With --connect it looks at the whole chain too: topics, ACLs, the brokers' limits, tables and grants, "
        "poolers, the schema registry's subjects, and clocks. It judges by the same rules as run does when it "
        "starts.\n\n"
        "It writes no record and no row, joins no group, and may run beside a worker. A server that cannot be reached is an "
        "error among the others. Run it with the configuration of run and as the same users, because something that these "
        "users may not see is a finding, too.",
    .options = {
        {"connect", 'c', NULL, NULL, "Asks the brokers, the database and the schema registry as well."},
        {"timeout", 't', "D", NULL, "Waits this long for brokers that do not answer, e.g. 500ms or 1m (default 10s)."},
    },
    .json = "Prints one object: {\"findings\": [{\"code\", \"severity\", \"what\", \"where\", \"fix\"}], \"errors\", "
            "\"warnings\", \"infos\"}. The severity is error, warning or info.",
    .exits = {
        {EXIT_DONE, "There is no error; there may be warnings."},
        {EXIT_NO, "At least one finding is an error."},
        {EXIT_TIMEOUT, "It was interrupted."},
        {EXIT_CONFIG, "The configuration cannot be read: an unknown or owned key, or a value that is malformed."},
    },
    .examples = {
        "sessiond check -F new.conf",
        "sessiond check --connect --json | jq '.findings[] | select(.severity == \"error\")'",
    },
    .run = check_main,
};
/* clang-format on */
