/**
 * Completion of the command line by a shell: a script made of the rows of all subcommands, of the global options and of the table of keys,
 * before the part that is always the same (src/cli/completion/sessiond.*).
 *
 * Subcommands that `--help` does not list are left out. `subcommands`: as in struct cli.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/subcommand.h"

#include <stdio.h>

void completion_bash(const struct subcommand *const *subcommands, FILE *out);
void completion_zsh(const struct subcommand *const *subcommands, FILE *out);

/* For both. */

/** Whether FILE may follow this row's word. */
bool completion_takes_file(const struct argument_row *row);

/** Whether the first argument may be the name of a file. */
bool completion_begins_with_file(const struct subcommand *subcommand);

/** Whether the first argument decides which options may stand. */
bool completion_has_actions(const struct subcommand *subcommand);

/** The words that the key's value can be, separated by spaces; "" when it is something else. */
void completion_key_words(size_t key, FILE *out);

#endif
