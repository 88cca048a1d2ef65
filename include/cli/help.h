/** The texts of `sessiond --help` and `sessiond NAME --help`, made from their rows: lines of at most 100 columns. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/subcommand.h"

#include <stdio.h>

/** `subcommands` ends with NULL. */
void help_print_program(const struct subcommand *const *subcommands, FILE *out);

void help_print(const struct subcommand *subcommand, FILE *out);

#endif
