#include "cli/help.h"

#include "cli/program.h"
#include "core/memory.h"

#include <stdlib.h>

#define WIDTH      100
#define LABEL_SIZE 64

/* The cursor is at column `indent`, and the lines that follow begin there too. Ends the last line. */
static void print_wrapped(FILE *out, const char *text, int indent)
{
    int column = indent;

    while (*text != 0) {
        int len = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", len, text);
        for (text += len; *text == ' ' || *text == '\n'; text++)
            if (*text == '\n') {
                fprintf(out, "\n%*s", text[1] == '\n' ? 0 : indent, "");
                column = indent;
            }
    }
    putc('\n', out);
}

/* Every row of a list begins with a label. Meanings stand in one column, behind the longest label. */
struct list {
    FILE *out;
    const char *title; /* printed before the first row */
    int width;         /* of the longest label */
};

static void measure(struct list *list, const char *label)
{
    if ((int)strlen(label) > list->width)
        list->width = (int)strlen(label);
}

static void print_row(struct list *list, const char *label, const char *meaning)
{
    if (list->title != NULL)
        fprintf(list->out, "\n%s:\n", list->title);
    list->title = NULL;
    fprintf(list->out, "  %-*s  ", list->width, label);
    print_wrapped(list->out, meaning, list->width + 4);
}

static void print_examples(const char *const *examples, FILE *out)
{
    for (size_t i = 0; examples[i] != NULL; i++)
        fprintf(out, "%s  %s\n", i == 0 ? "\nExamples:\n" : "", examples[i]);
}

static void label_option(const struct option_row *option, char label[static LABEL_SIZE])
{
    snprintf(label, LABEL_SIZE, "--%s%s%s", option->name, option->argument == NULL ? "" : " ",
             option->argument == NULL ? "" : option->argument);
}

static void print_arguments(const struct subcommand *subcommand, FILE *out)
{
    struct list list = {.out = out, .title = "Arguments"};
    const struct argument_row *rows = subcommand->arguments;

    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++)
        measure(&list, rows[i].name);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++)
        print_row(&list, rows[i].name, rows[i].meaning);
}

static void print_options(const struct subcommand *subcommand, FILE *out)
{
    struct list list = {.out = out, .title = "Options", .width = (int)strlen("--json")};
    const struct option_row *rows = subcommand->options;
    char label[LABEL_SIZE];

    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        label_option(&rows[i], label);
        measure(&list, label);
    }
    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        label_option(&rows[i], label);
        print_row(&list, label, rows[i].meaning);
    }
    if (subcommand->json != NULL)
        print_row(&list, "--json", subcommand->json);
}

static void print_exits(const struct subcommand *subcommand, FILE *out)
{
    struct list list = {.out = out, .title = "Exit codes", .width = 2};
    const struct exit_row *rows = subcommand->exits;
    char label[LABEL_SIZE];

    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].meaning != NULL; i++) {
        snprintf(label, sizeof label, "%d", rows[i].code);
        print_row(&list, label, rows[i].meaning);
    }
}

/* ---- The program ------------------------------------------------------------------------------------------------- */

static void print_section(const struct subcommand *const *subcommands, const char *section, FILE *out)
{
    fprintf(out, "\n%s\n", section);
    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (subcommands[i]->section != NULL && strcmp(section, subcommands[i]->section) == 0)
            fprintf(out, "  %-10s  %s\n", subcommands[i]->name, subcommands[i]->summary);
}

static void label_global(const struct global_option *option, char label[static LABEL_SIZE])
{
    bool both = option->letter != 0 && option->name != NULL;

    snprintf(label, LABEL_SIZE, "%s%.*s%s%s%s%s%s", option->letter == 0 ? "" : "-", option->letter != 0,
             &option->letter, both ? ", " : "", option->name == NULL ? "" : "--",
             option->name == NULL ? "" : option->name, option->argument == NULL ? "" : " ",
             option->argument == NULL ? "" : option->argument);
}

static void print_global_options(FILE *out)
{
    struct list list = {.out = out, .title = "Before or after the command"};
    char label[LABEL_SIZE];

    for (size_t i = 0; i < global_option_count; i++) {
        label_global(&global_options[i], label);
        measure(&list, label);
    }
    for (size_t i = 0; i < global_option_count; i++) {
        label_global(&global_options[i], label);
        print_row(&list, label, global_options[i].meaning);
    }
}

static void print_program_exits(FILE *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *line = memory_stream(&text, &size);

    for (size_t i = 0; program_exits[i].meaning != NULL; i++)
        fprintf(line, "%s%d %s", i == 0 ? "Exit codes: " : ", ", program_exits[i].code, program_exits[i].meaning);
    fputc('.', line);
    if (fclose(line) != 0)
        abort();
    putc('\n', out);
    print_wrapped(out, text, 0);
    free(text);
}

void help_print_program(const struct subcommand *const *subcommands, FILE *out)
{
    fprintf(out, "sessiond - %s\n\nUsage: sessiond %s\n", program_summary, program_usage);
    for (size_t i = 0; program_sections[i] != NULL; i++)
        print_section(subcommands, program_sections[i], out);
    print_global_options(out);
    print_examples(program_examples, out);
    print_program_exits(out);
}

/* ---- A subcommand ------------------------------------------------------------------------------------------------ */

/* The length of a piece that stays on one line: a word, or everything between brackets. */
static int usage_item(const char *text)
{
    const char *end = *text == '[' ? strchr(text, ']') : NULL;

    return (int)(end == NULL ? strcspn(text, " ") : (size_t)(end - text) + strcspn(end, " "));
}

/* The text goes behind "sessiond NAME"; the lines that follow begin at that column. */
static void print_usage(FILE *out, const char *text, int indent)
{
    int column = indent;

    while (*text != 0) {
        int len = usage_item(text);
        if (column + 1 + len > WIDTH)
            column = fprintf(out, "\n%*s", indent, "") - 1;
        column += fprintf(out, " %.*s", len, text);
        text += len;
        text += strspn(text, " ");
    }
    putc('\n', out);
}

void help_print(const struct subcommand *subcommand, FILE *out)
{
    fprintf(out, "sessiond %s - %s\n\n", subcommand->name, subcommand->summary);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->usage[i] != NULL; i++) {
        int indent = fprintf(out, "%s sessiond %s", i == 0 ? "Usage:" : "      ", subcommand->name);
        print_usage(out, subcommand->usage[i], indent);
    }
    putc('\n', out);
    print_wrapped(out, subcommand->description, 0);
    print_arguments(subcommand, out);
    print_options(subcommand, out);
    print_exits(subcommand, out);
    print_examples(subcommand->examples, out);
    fputs("\nThe options that every command takes (-F, -X, -v, -q, --json) are in: sessiond --help\n", out);
}
