/** The text of `sessiond NAME --help`, made from the subcommand's rows: lines of at most 100 columns. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/subcommand.h"

#include <stdio.h>

void help_print(const struct subcommand *subcommand, FILE *out);

#endif
