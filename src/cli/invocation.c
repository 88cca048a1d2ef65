#include "cli/invocation.h"

#include "cli/program.h"
#include "core/memory.h"

#include <stdlib.h>

/* If the option takes a value, it may follow the letter directly. Nothing may follow the letter of another option. */
static const struct global_option *find(const char *arg)
{
    for (size_t i = 0; i < global_option_count; i++) {
        const struct global_option *option = &global_options[i];
        if (option->name != NULL && arg[0] == '-' && arg[1] == '-' && strcmp(arg + 2, option->name) == 0)
            return option;
        if (option->letter != 0 && arg[0] == '-' && arg[1] == option->letter &&
            (arg[2] == 0 || option->argument != NULL))
            return option;
    }
    return NULL;
}

static int set(struct invocation *invocation, const struct global_option *option, const char *value)
{
    switch (option->effect) {
    case GLOBAL_FILE: invocation->file = value; break;
    case GLOBAL_JSON: invocation->json = true; break;
    case GLOBAL_HELP: invocation->help = true; break;
    case GLOBAL_VERSION: invocation->version = true; break;
    case GLOBAL_SETTING:
        if (strchr(value, '=') == NULL || *value == '=')
            return cli_usage(NULL, "-%c takes %s, and not %s", option->letter, option->argument, value);
        invocation->overrides[invocation->override_count++] = value;
        break;
    }
    return 0;
}

/* argv[*i] is the option. Its value is the rest of that text, or the next argument. */
static int take(struct invocation *invocation, const struct global_option *option, char **argv, int *i)
{
    if (option->argument == NULL)
        return set(invocation, option, option->setting);
    if (argv[*i][2] != 0)
        return set(invocation, option, argv[*i] + 2);
    if (argv[*i + 1] == NULL)
        return cli_usage(NULL, "-%c needs %s", option->letter, option->argument);
    return set(invocation, option, argv[++*i]);
}

static int parse(struct invocation *invocation, char **argv)
{
    int i;

    for (i = 1; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        const struct global_option *option = find(argv[i]);
        int failed = option == NULL ? 0 : take(invocation, option, argv, &i);
        if (failed != 0)
            return failed;
        if (option != NULL)
            continue;
        if (invocation->arg_count == 0 && argv[i][0] == '-' && argv[i][1] != 0)
            return cli_usage(NULL, "there is no option %s", argv[i]);
        invocation->args[invocation->arg_count++] = argv[i];
    }
    for (; argv[i] != NULL; i++)
        invocation->args[invocation->arg_count++] = argv[i];
    return 0;
}

int invocation_parse(struct invocation *invocation, int argc, char **argv)
{
    /* Each argument gives at most one override or one argument of the subcommand. */
    size_t room = (size_t)argc + 1;

    *invocation = (struct invocation){
        .overrides = memory_zeroed(room, sizeof *invocation->overrides),
        .args = memory_zeroed(room, sizeof *invocation->args),
    };
    if (argc < 1)
        abort();
    return parse(invocation, argv);
}

void invocation_free(struct invocation *invocation)
{
    free(invocation->args);
    free(invocation->overrides);
}
