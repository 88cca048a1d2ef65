/* sessiond(1). */
#include "cli/manual.h"

#include "cli/program.h"
#include "config/config.h"

static void print_argument(const char *argument, FILE *out)
{
    if (argument == NULL)
        return;
    fputs(" Ar ", out);
    mdoc_word(bytes_of(argument), out);
}

/* ---- The program ------------------------------------------------------------------------------------------------- */

/* Options that make the program print something about itself stand only in the list. */
static void print_synopsis(FILE *out)
{
    fputs(".Sh SYNOPSIS\n.Nm\n", out);
    for (size_t i = 0; i < global_option_count; i++) {
        const struct global_option *option = &global_options[i];
        if (option->effect == GLOBAL_HELP || option->effect == GLOBAL_VERSION)
            continue;
        if (option->letter != 0)
            fprintf(out, ".Op Fl %c", option->letter);
        else
            fprintf(out, ".Op Fl \\-%s", option->name);
        print_argument(option->argument, out);
        fputc('\n', out);
    }
    fputs(".Ar command\n.Op Ar options\n", out);
}

static void print_global_options(FILE *out)
{
    fputs("These options may stand before and after the command:\n.Bl -tag -width Ds\n", out);
    for (size_t i = 0; i < global_option_count; i++) {
        const struct global_option *option = &global_options[i];
        fputs(".It", out);
        if (option->letter != 0)
            fprintf(out, " Fl %c", option->letter);
        if (option->letter != 0 && option->name != NULL)
            fputs(" ,", out);
        if (option->name != NULL)
            fprintf(out, " Fl \\-%s", option->name);
        print_argument(option->argument, out);
        fputc('\n', out);
        mdoc_text(option->meaning, out);
    }
    fputs(".El\n", out);
}

static void print_exits(const struct exit_row *rows, FILE *out)
{
    fputs(".Bl -tag -width Ds -compact\n", out);
    for (size_t i = 0; rows[i].meaning != NULL; i++) {
        fprintf(out, ".It %d\n", rows[i].code);
        mdoc_text(rows[i].meaning, out);
    }
    fputs(".El\n", out);
}

/* ---- A subcommand ------------------------------------------------------------------------------------------------ */

static void print_usage(const struct subcommand *subcommand, FILE *out)
{
    fputs(".Bl -item -offset indent -compact\n", out);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->usage[i] != NULL; i++) {
        fprintf(out, ".It\n.Nm Cm %s\n", subcommand->name);
        if (*subcommand->usage[i] != 0)
            mdoc_text(subcommand->usage[i], out);
    }
    fputs(".El\n", out);
}

/* Writes a word and what may follow it, or the name of what is to be filled in. */
static void print_arguments(const struct subcommand *subcommand, FILE *out)
{
    const struct argument_row *rows = subcommand->arguments;

    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        int word = argument_word_length(&rows[i]);
        const char *rest = rows[i].name + word + (rows[i].name[word] == ' ');
        fputs(argument_is_word(&rows[i]) ? ".It Cm " : ".It Ar ", out);
        mdoc_word((struct bytes){(const uint8_t *)rows[i].name, (size_t)word}, out);
        print_argument(*rest == 0 ? NULL : rest, out);
        fputc('\n', out);
        mdoc_text(rows[i].meaning, out);
    }
}

static void print_option(const struct option_row *option, FILE *out)
{
    fputs(".It Fl \\-", out);
    mdoc_word(bytes_of(option->name), out);
    print_argument(option->argument, out);
    fputc('\n', out);
    mdoc_text(option->meaning, out);
    if (option->only == NULL)
        return;
    fputs("Only with", out);
    for (const char *word = option->only; *word != 0; word += strspn(word, " ")) {
        int len = (int)strcspn(word, " ");
        fprintf(out, "%s%.*s", word == option->only ? " " : ", ", len, word);
        word += len;
    }
    fputs(".\n", out);
}

static void print_rows(const struct subcommand *subcommand, FILE *out)
{
    if (subcommand->arguments[0].name == NULL && subcommand->options[0].name == NULL && subcommand->json == NULL)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    print_arguments(subcommand, out);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->options[i].name != NULL; i++)
        print_option(&subcommand->options[i], out);
    if (subcommand->json != NULL) {
        fputs(".It Fl \\-json\n", out);
        mdoc_text(subcommand->json, out);
    }
    fputs(".El\n", out);
}

static void print_subcommand(const struct subcommand *subcommand, FILE *out)
{
    fprintf(out, ".Ss %s\n", subcommand->name);
    mdoc_text(subcommand->summary, out);
    fputs(".Pp\n", out);
    print_usage(subcommand, out);
    fputs(".Pp\n", out);
    mdoc_text(subcommand->description, out);
    print_rows(subcommand, out);
    fputs(".Pp\nExit codes:\n.Pp\n", out);
    print_exits(subcommand->exits, out);
    fputs(".Pp\nExamples:\n", out);
    mdoc_literal(subcommand->examples, out);
}

void manual_commands(const struct subcommand *const *subcommands, const char *day, FILE *out)
{
    fprintf(out, ".Dd %s\n.Dt SESSIOND 1\n.Os\n.Sh NAME\n.Nm sessiond\n.Nd ", day);
    mdoc_text(program_summary, out);
    print_synopsis(out);
    fputs(".Sh DESCRIPTION\n", out);
    print_global_options(out);
    fputs(".Pp\nData goes to standard output, talk and progress to standard error.\n.Sh COMMANDS\n", out);
    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (subcommands[i]->section != NULL)
            print_subcommand(subcommands[i], out);
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev SESSIOND_*\nThe keys of the configuration:\n.Xr sessiond.conf 5 "
          ".\n"
          ".It Ev CREDENTIALS_DIRECTORY\nThe folder with a file for each secret, named after its key.\n"
          ".It Ev PG*\nWhat\n.Cm postgres.conninfo\ndoes not say, as libpq reads it.\n.El\n"
          ".Sh FILES\n.Bl -tag -width Ds\n.It Pa " CONFIG_DEFAULT_FILE
          "\nThe configuration:\n.Xr sessiond.conf 5 .\n.El\n"
          ".Sh EXIT STATUS\n",
          out);
    print_exits(program_exits, out);
    fputs(".Sh EXAMPLES\n", out);
    mdoc_literal(program_examples, out);
    fputs(".Sh SEE ALSO\n.Xr sessiond.conf 5\n.Pp\n.Pa /usr/share/doc/sessiond/README.md\n", out);
}
