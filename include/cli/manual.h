/**
 * The manual pages in mdoc(7): sessiond(1) of the rows of all subcommands and the global options, sessiond.conf(5) of the table of keys.
 *
 * Subcommands that `--help` does not list are left out. `day`: as .Dd wants it, "November 26, 2026".
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/subcommand.h"

#include <stdio.h>

void manual_commands(const struct subcommand *const *subcommands, const char *day, FILE *out);
void manual_keys(const char *day, FILE *out);

/* For both: text with what means something to roff escaped. */

/** Text lines: paragraphs separated by "\n\n", a sentence begins a line. */
void mdoc_text(const char *text, FILE *out);

/** An argument of a macro, or a piece of one: no blanks. */
void mdoc_word(struct bytes word, FILE *out);

/** Lines as they are, in a literal display. NULL ends them. */
void mdoc_literal(const char *const *lines, FILE *out);

#endif
