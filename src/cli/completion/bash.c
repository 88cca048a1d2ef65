/* Each function of the script prints, line by line, what the rows say: the options of a subcommand, what an option takes, ... */
#include "cli/completion.h"

#include "cli/program.h"
#include "config/config_table.h"
#include "core/text.h"
#include "gen/shell.h"

static void print_commands(const struct subcommand *const *subcommands, FILE *out)
{
    fputs("        commands) echo", out);
    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (subcommands[i]->section != NULL)
            fprintf(out, " %s", subcommands[i]->name);
    fputs(" ;;\n", out);
}

static void print_globals(FILE *out)
{
    fputs("        globals) echo", out);
    for (size_t i = 0; i < global_option_count; i++) {
        const struct global_option *option = &global_options[i];
        if (option->letter != 0)
            fprintf(out, " -%c", option->letter);
        if (option->name != NULL)
            fprintf(out, " --%s", option->name);
    }
    fputs(" ;;\n", out);
    for (size_t i = 0; i < global_option_count; i++)
        if (global_options[i].argument != NULL)
            fprintf(out, "        takes:-%c) echo %s ;;\n", global_options[i].letter, global_options[i].argument);
}

/* ---- A subcommand ------------------------------------------------------------------------------------------------ */

/* `first` is the first argument that was typed; NULL: print all options. */
static void print_option_names(const struct subcommand *subcommand, const struct bytes *first, FILE *out)
{
    const struct option_row *options = subcommand->options;

    for (size_t i = 0; i < SUBCOMMAND_ROWS && options[i].name != NULL; i++)
        if (first == NULL || option_may_stand(&options[i], *first))
            fprintf(out, " --%s", options[i].name);
    fputs(" ;;\n", out);
}

static void print_options(const struct subcommand *subcommand, FILE *out)
{
    const struct option_row *options = subcommand->options;

    fprintf(out, "        options:%s) echo", subcommand->name);
    print_option_names(subcommand, NULL, out);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && options[i].name != NULL; i++)
        if (options[i].argument != NULL)
            fprintf(out, "        takes:%s:--%s) echo %s %s ;;\n", subcommand->name, options[i].name,
                    options[i].argument, subcommand_values(subcommand, options[i].argument));
}

static void print_words(const struct subcommand *subcommand, FILE *out)
{
    fprintf(out, "        words:%s) echo", subcommand->name);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->arguments[i].name != NULL; i++)
        if (argument_is_word(&subcommand->arguments[i]))
            fprintf(out, " %.*s", argument_word_length(&subcommand->arguments[i]), subcommand->arguments[i].name);
    fputs(" ;;\n", out);
}

/* What may follow a first word; files, if the first argument may be one. */
static void print_arguments(const struct subcommand *subcommand, FILE *out)
{
    print_words(subcommand, out);
    if (completion_begins_with_file(subcommand))
        fprintf(out, "        files:%s:) ;;\n", subcommand->name);
    if (!completion_has_actions(subcommand))
        return;
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->arguments[i].name != NULL; i++) {
        const struct argument_row *row = &subcommand->arguments[i];
        struct bytes word = {(const uint8_t *)row->name, (size_t)argument_word_length(row)};
        if (!argument_is_word(row))
            continue;
        if (completion_takes_file(row))
            fprintf(out, "        files:%s:%.*s) ;;\n", subcommand->name, (int)word.len, row->name);
        fprintf(out, "        options:%s:%.*s) echo", subcommand->name, (int)word.len, row->name);
        print_option_names(subcommand, &word, out);
    }
}

/* ---- The keys ---------------------------------------------------------------------------------------------------- */

static void print_keys(FILE *out)
{
    fputs("        keys) echo", out);
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (text_ends(key->name, "*"))
            fprintf(out, " %.*s", (int)strlen(key->name) - 1, key->name);
        else
            fprintf(out, " %s=", key->name);
        if (key->secret)
            fprintf(out, " %s.file=", key->name);
    }
    fputs(" ;;\n", out);
}

static void print_key_values(FILE *out)
{
    for (size_t i = 0; i < config_key_count; i++) {
        if (config_keys[i].words == NULL && config_keys[i].type != CONFIG_BOOLEAN)
            continue;
        fprintf(out, "        values:%s) echo '", config_keys[i].name);
        completion_key_words(i, out);
        fputs("' ;;\n", out);
    }
}

void completion_bash(const struct subcommand *const *subcommands, FILE *out)
{
    fputs("# Completion of sessiond for bash. Made by: sessiond completion bash\n"
          "# shellcheck shell=bash\n\n_sessiond_rows() {\n    case $1 in\n",
          out);
    print_commands(subcommands, out);
    print_globals(out);
    for (size_t i = 0; subcommands[i] != NULL; i++) {
        if (subcommands[i]->section == NULL)
            continue;
        print_options(subcommands[i], out);
        print_arguments(subcommands[i], out);
    }
    print_keys(out);
    print_key_values(out);
    fprintf(out, "        *) return 1 ;;\n    esac\n}\n\n%s", shell_sessiond_bash);
}
