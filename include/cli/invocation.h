/**
 * The command line in two parts: the global options (cli/program.h), which may stand before and after the subcommand's name, and the
 * remaining arguments, which belong to the subcommand.
 *
 * No global option stands behind `--`. No subcommand has an option with the name of a global one.
 */
#ifndef CLI_INVOCATION_H
#define CLI_INVOCATION_H

#include "core/bytes.h"

struct invocation {
    const char *file;       /* the value of the last -F; NULL: none */
    const char **overrides; /* from -X, -v and -q, in order; the array is owned, the texts are borrowed */
    size_t override_count;
    char **
        args; /* the subcommand's name and its arguments, NULL-terminated; the array is owned, the texts are borrowed */
    int arg_count;
    bool json;
    bool help;
    bool version;
};

/** Fills the invocation. Returns 0, or EXIT_USAGE after printing why. */
MUSTUSE int invocation_parse(struct invocation *invocation, int argc, char **argv);

/** Must be called after a failed parse, too. */
void invocation_free(struct invocation *invocation);

#endif
