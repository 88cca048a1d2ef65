#include "cli/cli.h"

#include "cli/help.h"
#include "cli/invocation.h"
#include "kafka/properties.h"
#include "runtime/log.h"
#include "core/nearest.h"

#include <stdarg.h>

/* In the order of `--help`, like the subcommands in each. A section must have one. */
static const char *const sections[] = {"Run", "Use", "Operate", "Learn"};

/* How to add one: cli/subcommand.h. */
static const struct subcommand *const subcommands[] = {
    &cli_run,     &cli_migrate, &cli_topics, &cli_schemas,        &cli_send,    &cli_await,
    &cli_get,     &cli_tail,    &cli_status, &cli_health,         &cli_replay,  &cli_dlq,
    &cli_offsets, &cli_verify,  &cli_prune,  &cli_config_command, &cli_version, &cli_bench,
};

#define SUBCOMMANDS (sizeof subcommands / sizeof *subcommands)

/* ---- Help ---- */

static void print_section(const char *section, FILE *out)
{
    fprintf(out, "\n%s\n", section);
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (strcmp(section, subcommands[i]->section) == 0)
            fprintf(out, "  %-10s %s\n", subcommands[i]->name, subcommands[i]->summary);
}

static void print_help(FILE *out)
{
    fputs("sessiond - turns create-session commands from Kafka into study_sessions rows and events, exactly once\n\n"
          "Usage: sessiond [-F FILE] [-X KEY=VALUE]... [-v|-q] [--json] COMMAND [options]\n",
          out);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        print_section(sections[i], out);
    fputs("\nBefore or after the command\n"
          "  -F FILE        Reads this configuration file (default: " CONFIG_DEFAULT_FILE ", if there is one).\n"
          "  -X KEY=VALUE   Sets one key; it wins over the file and the environment, and may be repeated.\n"
          "  -v, -q         Logs more or less, as -X log.level=debug and -X log.level=warning do.\n"
          "  --json         Prints one JSON object, or JSON lines for streams, on standard output.\n"
          "  -h, --help     Prints this text, or after a command that command's.\n"
          "  --version      Does what the command version does.\n"
          "\nExamples:\n"
          "  sessiond config --list\n"
          "  sessiond run -X kafka.bootstrap.servers=broker:9092 -X postgres.conninfo=service=sessions\n"
          "\nExit codes: 0 done, 1 the answer is no, 3 rejected, 64 usage, 65 bad or lost input, 66 no such file,\n"
          "69 cannot reach, 70 internal, 75 timed out (safe to start again), 76 fenced, 77 permission, 78 "
          "configuration.\n",
          out);
}

/* ---- Errors ---- */

int cli_fail(const struct err *err)
{
    fprintf(stderr, "sessiond: %s%s%s%s\n", err->message, err->code == NULL ? "" : " [",
            err->code == NULL ? "" : err->code, err->code == NULL ? "" : "]");
    /* Every error ends a tool; those that `run` would wait out are, to a tool, something it cannot reach. */
    return err->class == ERR_STOP || err->class == ERR_INTERRUPTED ? (int)err->exit_code : EXIT_UNREACHABLE;
}

int cli_usage(const struct subcommand *subcommand, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "sessiond%s%s: ", subcommand == NULL ? "" : " ", subcommand == NULL ? "" : subcommand->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  see: sessiond%s%s --help [%s]\n", subcommand == NULL ? "" : " ",
            subcommand == NULL ? "" : subcommand->name, E_USAGE_01);
    return EXIT_USAGE;
}

static int unknown_subcommand(const char *name)
{
    struct nearest nearest = {.word = name};

    for (size_t i = 0; i < SUBCOMMANDS; i++)
        nearest_offer(&nearest, subcommands[i]->name);
    if (nearest_name(&nearest) != NULL)
        return cli_usage(NULL, "unknown command %s; did you mean %s?", name, nearest_name(&nearest));
    return cli_usage(NULL, "unknown command %s", name);
}

int cli_load_config(struct cli *cli)
{
    struct err err;

    if (!config_load(&cli->config, &cli->request, &err))
        return cli_fail(&err);
    cli->config_loaded = true;
    log_setup(cli->config.log_format, cli->config.log_level);
    config_warn_unknown(&cli->request);
    config_warn_doubts(&cli->config);
    if (!properties_check(&cli->config, &err))
        return cli_fail(&err);
    return 0;
}

/* ---- The program ---- */

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (strcmp(subcommands[i]->name, name) == 0)
            return subcommands[i];
    return NULL;
}

static int dispatch(struct cli *cli, const struct invocation *invocation)
{
    char *version[] = {"version", NULL};

    if (invocation->version)
        return cli_version.run(cli, 1, version);
    if (invocation->arg_count == 0) {
        print_help(invocation->help ? stdout : stderr);
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
    struct cli cli = {.request.environ = environment};
    struct invocation invocation;

    int status = invocation_parse(&invocation, &cli, argc, argv);
    if (status == 0)
        status = dispatch(&cli, &invocation);
    if (cli.config_loaded)
        config_free(&cli.config);
    invocation_free(&invocation);
    return flush_output(status);
}
