#include "cli/completion.h"

#include "cli/cli.h"

/* The shell whose completion is printed. */
struct completion {
    void (*print)(const struct subcommand *const *subcommands, FILE *out);
};

static bool set(void *target, int letter, const char *text)
{
    struct completion *completion = target;

    (void)letter;
    if (completion->print != NULL)
        return false;
    if (strcmp(text, "bash") == 0)
        completion->print = completion_bash;
    else if (strcmp(text, "zsh") == 0)
        completion->print = completion_zsh;
    return completion->print != NULL;
}

static int completion_main(struct cli *cli, int argc, char **argv)
{
    struct completion completion = {NULL};
    int failed = subcommand_options(&cli_completion, argc, argv, set, &completion);

    if (failed != 0)
        return failed;
    if (completion.print == NULL)
        return cli_usage(&cli_completion, "name the shell: bash or zsh");
    completion.print(cli->subcommands, stdout);
    return EXIT_DONE;
}

/* clang-format off */
const struct subcommand cli_completion = {
    .name = "completion",
    .section = "Learn",
    .summary = "Print what lets bash or zsh complete this command line",
    .usage = {"bash|zsh"},
    .description =
        "Prints a script for the shell. With it the Tab key completes commands, their options and arguments, the keys of "
        "-X and those of their values that are words, and the names of files. The package for Debian installs both.\n\n"
        "For bash, source the script in ~/.bashrc, or write it to ~/.local/share/bash-completion/completions/sessiond. For "
        "zsh, source it after compinit, or write it to a file _sessiond in a folder of $fpath.",
    .arguments = {
        {"bash", "Prints the script for bash 4.3 or later."},
        {"zsh", "Prints the script for zsh."},
    },
    .exits = {
        {EXIT_DONE, "The script was printed."},
    },
    .examples = {
        "source <(sessiond completion bash)",
        "sessiond completion zsh >/usr/local/share/zsh/site-functions/_sessiond",
    },
    .run = completion_main,
};
/* clang-format on */
