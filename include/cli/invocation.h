/**
 * The command line, taken apart: the global options (cli/program.h), which may stand before and after the subcommand's name, and the
 * arguments without them, which are the subcommand's own.
 *
 * Global options end at `--`. They may not be options of a subcommand too.
 */
#ifndef CLI_INVOCATION_H
#define CLI_INVOCATION_H

#include "core/bytes.h"

struct invocation {
    const char *file;       /* of -F, the last one; NULL: none */
    const char **overrides; /* of -X, -v and -q, in order; the array is owned, the texts are borrowed */
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

/** Also after a failed parse. */
void invocation_free(struct invocation *invocation);

#endif
