#include "cli/subcommand.h"

#include "core/nearest.h"

#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

/* What getopt_long returns for an argument in its place when its format begins with '-'. */
#define IN_ITS_PLACE 1

struct reading {
    const struct subcommand *subcommand;
    subcommand_set *set;
    void *target;
    const char *first; /* the first argument, or NULL */
    bool used[SUBCOMMAND_ROWS];
};

int cli_usage(const struct subcommand *subcommand, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "sessiond%s%s: ", subcommand == NULL ? "" : " ", subcommand == NULL ? "" : subcommand->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  see: sessiond%s%s --help [%s]\n", subcommand == NULL ? "" : " ",
            subcommand == NULL ? "" : subcommand->name, E_USAGE_01);
    return EXIT_USAGE;
}

static size_t option_count(const struct subcommand *subcommand)
{
    size_t count = 0;

    while (count < SUBCOMMAND_ROWS && subcommand->options[count].name != NULL)
        count++;
    return count;
}

static size_t row_of(const struct subcommand *subcommand, int letter)
{
    size_t row = 0;

    while (row + 1 < option_count(subcommand) && subcommand->options[row].letter != letter)
        row++;
    return row;
}

static int unknown_option(const struct subcommand *subcommand, const char *typed)
{
    struct nearest nearest = {.word = typed + strspn(typed, "-")};

    for (size_t i = 0; i < option_count(subcommand); i++)
        nearest_offer(&nearest, subcommand->options[i].name);
    if (strchr(typed, '=') != NULL)
        return cli_usage(subcommand, "cannot use %s: there is no such option, or it takes no value", typed);
    if (nearest_name(&nearest) != NULL)
        return cli_usage(subcommand, "there is no option %s; did you mean --%s?", typed, nearest_name(&nearest));
    return cli_usage(subcommand, "there is no option %s", typed);
}

static int take_option(struct reading *reading, int letter, const char *text)
{
    size_t row = row_of(reading->subcommand, letter);
    const struct option_row *option = &reading->subcommand->options[row];

    reading->used[row] = true;
    if (reading->set(reading->target, letter, text))
        return 0;
    return text == NULL ? cli_usage(reading->subcommand, "cannot use --%s", option->name)
                        : cli_usage(reading->subcommand, "--%s cannot be %s", option->name, text);
}

static int take_argument(struct reading *reading, const char *text)
{
    if (reading->first == NULL)
        reading->first = text;
    return reading->set(reading->target, SUBCOMMAND_ARGUMENT, text)
               ? 0
               : cli_usage(reading->subcommand, "cannot use the argument %s", text);
}

static int take(struct reading *reading, int option, const char *typed)
{
    const struct subcommand *subcommand = reading->subcommand;

    switch (option) {
    case '?': return unknown_option(subcommand, typed);
    case ':':
        return cli_usage(subcommand, "%s needs %s", typed, subcommand->options[row_of(subcommand, optopt)].argument);
    case IN_ITS_PLACE: return take_argument(reading, optarg);
    default: return take_option(reading, option, optarg);
    }
}

static bool has_word(const char *words, struct bytes word)
{
    for (; *words != 0; words += strspn(words, " ")) {
        size_t end = strcspn(words, " ");
        if (end == word.len && memcmp(words, word.data, end) == 0)
            return true;
        words += end;
    }
    return false;
}

bool option_may_stand(const struct option_row *option, struct bytes first)
{
    return option->only == NULL || has_word(option->only, first);
}

/* An option may stand before the word that it belongs to, so this is known only at the end. */
static int check_places(const struct reading *reading)
{
    for (size_t i = 0; i < option_count(reading->subcommand); i++) {
        const struct option_row *option = &reading->subcommand->options[i];
        if (!reading->used[i] || reading->first == NULL || option_may_stand(option, bytes_of(reading->first)))
            continue;
        return cli_usage(reading->subcommand, "--%s cannot be used with %s", option->name, reading->first);
    }
    return 0;
}

int subcommand_options(const struct subcommand *subcommand, int argc, char **argv, subcommand_set *set, void *target)
{
    struct reading reading = {.subcommand = subcommand, .set = set, .target = target};
    struct option options[SUBCOMMAND_ROWS + 1] = {0};
    int option, failed = 0;

    for (size_t i = 0; i < option_count(subcommand); i++) {
        const struct option_row *row = &subcommand->options[i];
        options[i] = (struct option){row->name, row->argument != NULL, NULL, row->letter};
    }
    /* optind is 1 and not 0, so that `typed` is what getopt_long is about to read. The ":" silences its own messages. */
    for (optind = 1; failed == 0;) {
        const char *typed = argv[optind];
        option = getopt_long(argc, argv, "-:", options, NULL);
        if (option == -1)
            break;
        failed = take(&reading, option, typed);
    }
    for (; failed == 0 && optind < argc; optind++)
        failed = take_argument(&reading, argv[optind]);
    return failed != 0 ? failed : check_places(&reading);
}

static bool set_nothing(void *target, int letter, const char *text)
{
    (void)target;
    (void)letter;
    (void)text;
    return false;
}

int subcommand_no_options(const struct subcommand *subcommand, int argc, char **argv)
{
    return subcommand_options(subcommand, argc, argv, set_nothing, NULL);
}

bool argument_is_word(const struct argument_row *row)
{
    return islower((unsigned char)*row->name) || *row->name == '-';
}

int argument_word_length(const struct argument_row *row)
{
    return (int)strcspn(row->name, " ");
}

const char *subcommand_values(const struct subcommand *subcommand, const char *argument)
{
    const struct value_row *rows = subcommand->values;

    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].argument != NULL; i++)
        if (strcmp(rows[i].argument, argument) == 0)
            return rows[i].words;
    return "";
}
