/**
 * A subcommand as one table: its help, its option loop, its completion and its manual page come from the same rows.
 *
 * To add one:
 *   1. Fill a `struct subcommand` in src/cli/NAME.c: usage, options, exit codes and examples are rows, in full
 *      sentences.
 *   2. Write `static bool set(void *target, int letter, const char *text)`: what each option, and each argument, sets.
 *   3. In `run`, call subcommand_options(&cli_NAME, argc, argv, set, &target), then cli_load_config, and do the work.
 *   4. Declare `cli_NAME` in cli/cli.h and list it in src/cli/dispatch.c and in deploy/README.md.
 *   5. Nothing else: --help, the messages about wrong options and their exit code 64 follow from the rows.
 */
#ifndef CLI_SUBCOMMAND_H
#define CLI_SUBCOMMAND_H

#include "core/err.h"

struct cli;

/** How many rows of each kind a subcommand may have. The rows that are not used stay empty. */
#define SUBCOMMAND_ROWS 16

/**
 * An argument without dashes. `name` is a word to be typed literally (lower case, or "-") and what may follow it, or the name of a value to
 * be filled in (upper case). A value called FILE, here and in an option, is the name of a file.
 */
struct argument_row {
    const char *name;
    const char *meaning;
};

struct option_row {
    const char *name;     /* without the dashes */
    char letter;          /* by which `set` knows it; it cannot be typed */
    const char *argument; /* what its value is called, in upper case; NULL: it takes none */
    const char *only;     /* the first arguments with which it may stand, separated by spaces; NULL: always */
    const char *meaning;
};

/** The words that a value can be. Completion offers them; an option takes other values if its meaning says so. */
struct value_row {
    const char *argument; /* the name of the value in the option */
    const char *words;    /* separated by spaces */
};

struct exit_row {
    int code;
    const char *meaning; /* NULL ends the rows, since 0 is a code */
};

/** All texts are static, and wrapped when they are printed. Meanings and the description are full sentences. */
struct subcommand {
    const char *name;
    const char *section;                /* of program_sections, under which `--help` lists it; NULL: it is not listed */
    const char *summary;                /* one line */
    const char *usage[SUBCOMMAND_ROWS]; /* what follows "sessiond NAME"; "" when nothing does */
    const char *description;            /* paragraphs, separated by "\n\n" */
    struct argument_row arguments[SUBCOMMAND_ROWS];
    struct option_row options[SUBCOMMAND_ROWS];
    struct value_row values[SUBCOMMAND_ROWS];
    const char *json; /* what it prints with --json; NULL: --json changes nothing */
    struct exit_row exits[SUBCOMMAND_ROWS];
    const char *examples[SUBCOMMAND_ROWS]; /* whole command lines */
    /** argv[0] is the subcommand's name; global options are already removed. Returns the exit code. */
    int (*run)(struct cli *cli, int argc, char **argv);
};

/** The letter that `set` gets for an argument that is no option. */
#define SUBCOMMAND_ARGUMENT 0

/**
 * Takes one option (`letter` of its row, `text` its value or NULL) or one argument (SUBCOMMAND_ARGUMENT, `text` the
 * argument) into `target`. False: it cannot be used; the caller prints the message.
 */
typedef bool subcommand_set(void *target, int letter, const char *text);

/**
 * Calls `set` for everything from argv[1] on, in the order in which it was typed. Everything behind `--` is an argument.
 * Returns 0, or EXIT_USAGE after saying what is wrong.
 */
MUSTUSE int subcommand_options(const struct subcommand *subcommand, int argc, char **argv, subcommand_set *set,
                               void *target);

/** Prints a usage error with a hint at `--help`; returns EXIT_USAGE. `subcommand` NULL: of the program itself. */
int cli_usage(const struct subcommand *subcommand, const char *format, ...) PRINTF(2, 3);

/* For those who print the rows. */

/** True when the row begins with a word to be typed literally. */
bool argument_is_word(const struct argument_row *row);

/** The length of that word. */
int argument_word_length(const struct argument_row *row);

/** True when the option may be used with this first argument. */
bool option_may_stand(const struct option_row *option, struct bytes first);

/** The words that the value of the option can be; "" when nothing is known of it. */
const char *subcommand_values(const struct subcommand *subcommand, const char *argument);

/** For subcommands without options and arguments. */
MUSTUSE int subcommand_no_options(const struct subcommand *subcommand, int argc, char **argv);

#endif
