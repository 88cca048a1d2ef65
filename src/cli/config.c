#include "cli/cli.h"

#include <getopt.h>

static int config_main(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"list", no_argument, NULL, 'l'},
        {0 }
    };
    bool list = false;
    int option;

    /* ":": the message about a wrong option is ours. */
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option != 'l')
            return cli_usage(&cli_config_command, "unknown option %s", argv[optind - 1]);
        list = true;
    }
    if (optind < argc)
        return cli_usage(&cli_config_command, "unexpected argument %s", argv[optind]);
    if (list) {
        config_list(stdout, cli->json);
        return EXIT_DONE;
    }
    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    config_print(&cli->config, stdout, cli->json);
    return EXIT_DONE;
}

const struct subcommand cli_config_command = {
    .name = "config",
    .section = "Learn",
    .summary = "The settings in effect and where each came from;  --list: all keys",
    .help = "Usage: sessiond config [--list] [--json]\n"
            "\n"
            "Prints each key, its value and where it came from: a file and line, a variable, -X or the default. "
            "Passwords,\n"
            "keys and tokens are masked.\n"
            "\n"
            "  --list   all keys with type, default and meaning; reads no file\n"
            "  --json   one object: {\"KEY\": {\"value\": ..., \"origin\": ...}}\n"
            "\n"
            "Exit codes: 0; 66 no such file (-F); 78 an unknown or owned key, or a value that is not legal.\n"
            "\n"
            "Examples:\n"
            "  sessiond config --list | grep batch\n"
            "  SESSIOND_GROUP_ID=night sessiond -X batch.max.bytes=1MiB config\n",
    .run = config_main,
};
