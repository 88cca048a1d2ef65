/**
 * Completion of the command line by a shell. The script is made from the rows of all subcommands, the global options and the table of keys,
 * followed by a part that is always the same (src/cli/completion/sessiond.*).
 *
 * Subcommands that `--help` does not list are left out. `subcommands` ends with NULL.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/subcommand.h"

#include <stdio.h>

void completion_bash(const struct subcommand *const *subcommands, FILE *out);
void completion_zsh(const struct subcommand *const *subcommands, FILE *out);

/* For both shells. */

/** True when FILE may follow the word of this row. */
bool completion_takes_file(const struct argument_row *row);

/** True when the first argument may be the name of a file. */
bool completion_begins_with_file(const struct subcommand *subcommand);

/** True when the first argument decides which options may be used. */
bool completion_has_actions(const struct subcommand *subcommand);

/** The words that the value of the key can be, separated by spaces; "" when it can be anything else. */
void completion_key_words(size_t key, FILE *out);

#endif
