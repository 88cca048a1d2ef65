/**
 * The rows that describe the command line of the program itself. `sessiond --help`, the reading of the command line (cli/invocation.h),
 * completion and the manual page come from them. cli/subcommand.h has the rows of a subcommand.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include "cli/subcommand.h"

enum global_effect {
    GLOBAL_FILE,    /* its value is the configuration file */
    GLOBAL_SETTING, /* its value, or `setting`, is a KEY=VALUE that wins over the file and the environment */
    GLOBAL_JSON,
    GLOBAL_HELP,
    GLOBAL_VERSION,
};

/** An option that every subcommand takes, before and after its name. A subcommand has no option of the same name. */
struct global_option {
    const char *name; /* without its dashes; NULL: it has a letter only */
    char letter;      /* 0: it has a name only */
    enum global_effect effect;
    const char *setting;
    const char *
        argument; /* what its value is called, in upper case; NULL: it takes none. Only options with a letter have one */
    const char *meaning;
};

extern const char *const program_summary;
extern const char *const program_usage; /* what follows "sessiond" */

extern const struct global_option global_options[];
extern const size_t global_option_count;

/** Every exit code that a subcommand may have, in a few words. A row without a meaning ends them. */
extern const struct exit_row program_exits[];

/** Examples, each a whole command line; NULL ends them. */
extern const char *const program_examples[];

/** The headings of `sessiond --help`, in order; NULL ends them. */
extern const char *const program_sections[];

#endif
