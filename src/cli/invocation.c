#include "cli/invocation.h"

#include "cli/cli.h"

#include <stdlib.h>

/* The value of -F or -X: the rest of its argument, or the next one. NULL when there is none. */
static const char *option_value(char **argv, int *i)
{
    if (argv[*i][2] != 0)
        return argv[*i] + 2;
    if (argv[*i + 1] == NULL)
        return NULL;
    return argv[++*i];
}

static int take_value(struct cli *cli, struct invocation *invocation, char option, const char *value)
{
    if (value == NULL)
        return cli_usage(NULL, "-%c needs %s", option, option == 'F' ? "a file" : "KEY=VALUE");
    if (option == 'F') {
        cli->request.file = value;
        return 0;
    }
    if (strchr(value, '=') == NULL || *value == '=')
        return cli_usage(NULL, "-X %s: expected KEY=VALUE", value);
    invocation->overrides[invocation->override_count++] = value;
    return 0;
}

/* True when the argument was a global option without a value. */
static bool take_flag(struct cli *cli, struct invocation *invocation, const char *arg)
{
    if (strcmp(arg, "--json") == 0)
        cli->json = true;
    else if (strcmp(arg, "-h") == 0 || strcmp(arg, "--help") == 0)
        invocation->help = true;
    else if (strcmp(arg, "--version") == 0)
        invocation->version = true;
    else if (strcmp(arg, "-v") == 0)
        invocation->overrides[invocation->override_count++] = "log.level=debug";
    else if (strcmp(arg, "-q") == 0)
        invocation->overrides[invocation->override_count++] = "log.level=warning";
    else
        return false;
    return true;
}

static int parse(struct invocation *invocation, struct cli *cli, char **argv)
{
    int i;

    for (i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        char option = argv[i][0] == '-' ? argv[i][1] : 0;
        if (option == 'F' || option == 'X') {
            const char *value = option_value(argv, &i);
            int failed = take_value(cli, invocation, option, value);
            if (failed != 0)
                return failed;
        } else if (!take_flag(cli, invocation, argv[i])) {
            if (invocation->arg_count == 0 && option != 0)
                return cli_usage(NULL, "unknown option %s", argv[i]);
            invocation->args[invocation->arg_count++] = argv[i];
        }
    }
    for (; argv[i] != NULL; i++)
        invocation->args[invocation->arg_count++] = argv[i];
    cli->request.overrides = invocation->overrides;
    cli->request.override_count = invocation->override_count;
    return 0;
}

int invocation_parse(struct invocation *invocation, struct cli *cli, int argc, char **argv)
{
    /* Each argument gives at most one override or one argument of the subcommand. */
    size_t room = (size_t)argc + 1;

    *invocation = (struct invocation){
        .overrides = calloc(room, sizeof *invocation->overrides),
        .args = calloc(room, sizeof *invocation->args),
    };
    if (invocation->overrides == NULL || invocation->args == NULL || argc < 1)
        abort();
    return parse(invocation, cli, argv);
}

void invocation_free(struct invocation *invocation)
{
    free(invocation->args);
    free(invocation->overrides);
}
