#include "cli/dispatch.h"

#include "cli/cli.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "core/nearest.h"

/* They are in the order of `--help`. cli/subcommand.h says how to add one. */
static const struct subcommand *const subcommands[] = {
    &cli_run,   &cli_check,  &cli_migrate,        &cli_topics,     &cli_schemas, &cli_send,    &cli_await,  &cli_get,
    &cli_tail,  &cli_status, &cli_health,         &cli_replay,     &cli_dlq,     &cli_offsets, &cli_verify, &cli_prune,
    &cli_bench, &cli_report, &cli_config_command, &cli_completion, &cli_version, &cli_manual,  NULL,
};

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (strcmp(subcommands[i]->name, name) == 0)
            return subcommands[i];
    return NULL;
}

static int unknown_subcommand(const char *name)
{
    struct nearest nearest = {.word = name};

    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (subcommands[i]->section != NULL)
            nearest_offer(&nearest, subcommands[i]->name);
    if (nearest_name(&nearest) != NULL)
        return cli_usage(NULL, "there is no command %s; did you mean %s?", name, nearest_name(&nearest));
    return cli_usage(NULL, "there is no command %s", name);
}

static int dispatch(struct cli *cli, const struct invocation *invocation)
{
    char *version[] = {"version", NULL};

    if (invocation->version)
        return cli_version.run(cli, 1, version);
    if (invocation->arg_count == 0) {
        help_print_program(subcommands, invocation->help ? stdout : stderr);
        return invocation->help ? EXIT_DONE : EXIT_USAGE;
    }
    const struct subcommand *subcommand = find(invocation->args[0]);
    if (subcommand == NULL)
        return unknown_subcommand(invocation->args[0]);
    if (invocation->help) {
        help_print(subcommand, stdout);
        return EXIT_DONE;
    }
    return subcommand->run(cli, invocation->arg_count, invocation->args);
}

/* A full disk behind standard output must not look like success. */
static int flush_output(int status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    fprintf(stderr, "sessiond: cannot write to standard output [%s]\n", E_OUTPUT_01);
    return status == EXIT_DONE ? EXIT_INTERNAL : status;
}

int cli_main(int argc, char **argv, char **environment)
{
    struct cli cli = {.request.environ = environment, .subcommands = subcommands};
    struct invocation invocation;

    int status = invocation_parse(&invocation, argc, argv);
    cli.json = invocation.json;
    cli.request.file = invocation.file;
    cli.request.overrides = invocation.overrides;
    cli.request.override_count = invocation.override_count;
    if (status == 0)
        status = dispatch(&cli, &invocation);
    if (cli.config_loaded)
        config_free(&cli.config);
    invocation_free(&invocation);
    return flush_output(status);
}
