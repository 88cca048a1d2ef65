/**
 * The manual pages in mdoc(7). sessiond(1) is made from the rows of all subcommands and the global options, sessiond.conf(5) from the table
 * of keys.
 *
 * Subcommands that `--help` does not list are left out. `day` has the form that .Dd wants: "November 26, 2026".
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/subcommand.h"

#include <stdio.h>

void manual_commands(const struct subcommand *const *subcommands, const char *day, FILE *out);
void manual_keys(const char *day, FILE *out);

/* For both pages. These escape everything in a text that means something to roff. */

/** Writes text lines, each sentence on a line of its own. Paragraphs in `text` are separated by "\n\n". */
void mdoc_text(const char *text, FILE *out);

/** Writes an argument of a macro, or a piece of one, which has no blanks. */
void mdoc_word(struct bytes word, FILE *out);

/** Writes lines without changes, in a literal display. NULL ends them. */
void mdoc_literal(const char *const *lines, FILE *out);

#endif
