#include "cli/cli.h"

static bool set(void *target, int letter, const char *text)
{
    bool *list = target;

    (void)text;
    if (letter == 'l')
        *list = true;
    return letter == 'l';
}

static int config_main(struct cli *cli, int argc, char **argv)
{
    bool list = false;
    int failed = subcommand_options(&cli_config_command, argc, argv, set, &list);

    if (failed != 0)
        return failed;
    if (list) {
        config_list(stdout, cli->json);
        return EXIT_DONE;
    }
    failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    config_print(&cli->config, stdout, cli->json);
    return EXIT_DONE;
}

/* clang-format off */
const struct subcommand cli_config_command = {
    .name = "config",
    .section = "Learn",
    .summary = "Show the settings in effect and where each came from, or list all keys",
    .usage = {"[--list] [--json]"},
    .description =
        "Prints each key, its value, and where the value came from: a file and its line, a variable, -X or the "
        "default. Passwords, keys and tokens are masked.",
    .options = {
        {"list", 'l', NULL, NULL, "Lists all keys with type, default and meaning instead. It reads no file."},
    },
    .json = "Prints one object: {\"KEY\": {\"value\": ..., \"origin\": ...}}.",
    .exits = {
        {EXIT_DONE, "The configuration was printed."},
        {EXIT_NOINPUT, "There is no such file (-F)."},
        {EXIT_CONFIG, "There is an unknown or owned key, or a value that is not legal."},
    },
    .examples = {
        "sessiond config --list | grep batch",
        "SESSIOND_GROUP_ID=night sessiond -X batch.max.bytes=1MiB config",
    },
    .run = config_main,
};
/* clang-format on */
