/* Writes the rows as specs of zsh's own _arguments (zshcompsys(1)), in one function for each subcommand. */
#include "cli/completion.h"

#include "cli/program.h"
#include "config/config_table.h"
#include "core/text.h"
#include "gen/shell.h"

/* Writes the first sentence of a text, without its full stop, to stand between single quotes and perhaps brackets. */
static void print_sentence(const char *text, FILE *out)
{
    const char *end = strstr(text, ". ");
    size_t len = end == NULL ? strlen(text) : (size_t)(end - text);

    if (len > 0 && text[len - 1] == '.')
        len--;
    for (const char *p = text; p < text + len; p++) {
        if (*p == '\'')
            fputs("'\\''", out);
        else
            fprintf(out, "%s%c", strchr("[]\\", *p) == NULL ? "" : "\\", *p == '\n' ? ' ' : *p);
    }
}

/* Writes what a value is called, and what offers it. */
static void print_value(const char *argument, const char *words, FILE *out)
{
    fprintf(out, ":%s:", argument);
    if (strcmp(argument, "FILE") == 0)
        fputs("_files", out);
    else if (strcmp(argument, "KEY=VALUE") == 0)
        fputs("_sessiond_setting", out);
    else
        fprintf(out, *words == 0 ? " " : "(%s)", words);
}

/* ---- Options ----------------------------------------------------------------------------------------------------- */

static void print_global(const struct global_option *option, FILE *out)
{
    /* A value may stand behind the letter or be the next word, and the option may be repeated. */
    if (option->letter != 0) {
        fprintf(out, "    '*-%c%s[", option->letter, option->argument == NULL ? "" : "+");
        print_sentence(option->meaning, out);
        fputc(']', out);
        if (option->argument != NULL)
            print_value(option->argument, "", out);
        fputs("'\n", out);
    }
    if (option->name == NULL)
        return;
    fprintf(out, "    '--%s[", option->name);
    print_sentence(option->meaning, out);
    fputs("]'\n", out);
}

static void print_globals(FILE *out)
{
    fputs("typeset -ga _sessiond_globals=(\n", out);
    for (size_t i = 0; i < global_option_count; i++)
        print_global(&global_options[i], out);
    fputs(")\n\n", out);
}

static void print_option(const struct subcommand *subcommand, const struct option_row *option, FILE *out)
{
    fprintf(out, " '--%s%s[", option->name, option->argument == NULL ? "" : "=");
    print_sentence(option->meaning, out);
    fputc(']', out);
    if (option->argument != NULL)
        print_value(option->argument, subcommand_values(subcommand, option->argument), out);
    fputc('\'', out);
}

/* `first` NULL: the options that may always stand. Else: those that may stand only with certain words, of which this is one. */
static void print_options(const struct subcommand *subcommand, const struct bytes *first, FILE *out)
{
    const struct option_row *options = subcommand->options;

    for (size_t i = 0; i < SUBCOMMAND_ROWS && options[i].name != NULL; i++)
        if (first == NULL ? options[i].only == NULL : options[i].only != NULL && option_may_stand(&options[i], *first))
            print_option(subcommand, &options[i], out);
}

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static void print_first(const struct subcommand *subcommand, FILE *out)
{
    const struct argument_row *rows = subcommand->arguments;
    bool any = false;

    if (completion_begins_with_file(subcommand)) {
        fputs(" '1:file:_files'", out);
        return;
    }
    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        if (!argument_is_word(&rows[i]))
            continue;
        fprintf(out, "%s%.*s\\:\"", any ? " " : " '1:argument:((", argument_word_length(&rows[i]), rows[i].name);
        for (const char *p = rows[i].meaning; *p != 0 && !text_begins(p, ". "); p++)
            if (strchr("'\"\\()", *p) == NULL)
                fputc(*p == ':' ? ',' : *p, out);
        fputc('"', out);
        any = true;
    }
    if (any)
        fputs("))'", out);
}

/* After a word that chooses an action, offers what belongs to that action. */
static void print_actions(const struct subcommand *subcommand, FILE *out)
{
    const struct argument_row *rows = subcommand->arguments;

    fputs("    for word in ${words[2,CURRENT-1]}; do\n        case $word in\n", out);
    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        struct bytes word = {(const uint8_t *)rows[i].name, (size_t)argument_word_length(&rows[i])};
        if (!argument_is_word(&rows[i]))
            continue;
        fprintf(out, "            (%.*s) specs+=(", (int)word.len, rows[i].name);
        print_options(subcommand, &word, out);
        if (completion_takes_file(&rows[i]))
            fputs(" '*:file:_files'", out);
        fputs("); break ;;\n", out);
    }
    fputs("        esac\n    done\n", out);
}

static void print_subcommand(const struct subcommand *subcommand, FILE *out)
{
    fprintf(out, "_sessiond_command_%s() {\n    local word\n    local -a specs=(", subcommand->name);
    print_options(subcommand, NULL, out);
    print_first(subcommand, out);
    fputs(")\n", out);
    if (completion_has_actions(subcommand))
        print_actions(subcommand, out);
    fputs("    _arguments $_sessiond_globals $specs\n}\n\n", out);
}

static void print_commands(const struct subcommand *const *subcommands, FILE *out)
{
    fputs("_sessiond_commands() {\n    local -a commands=(\n", out);
    for (size_t i = 0; subcommands[i] != NULL; i++) {
        if (subcommands[i]->section == NULL)
            continue;
        fprintf(out, "        '%s:", subcommands[i]->name);
        print_sentence(subcommands[i]->summary, out);
        fputs("'\n", out);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n\n", out);
}

/* ---- The keys ---------------------------------------------------------------------------------------------------- */

/* With `prefixes` it writes only the rows that stand for every key with that beginning, else only the others. */
static void print_key_list(const char *list, bool prefixes, FILE *out)
{
    fprintf(out, "    local -a %s=(\n", list);
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (text_ends(key->name, "*") != prefixes)
            continue;
        fprintf(out, "        '%.*s:", (int)strlen(key->name) - prefixes, key->name);
        print_sentence(key->meaning, out);
        fputs("'\n", out);
        if (key->secret)
            fprintf(out, "        '%s.file:the file in which it stands'\n", key->name);
    }
    fputs("    )\n", out);
}

static void print_keys(FILE *out)
{
    fputs("_sessiond_keys() {\n", out);
    print_key_list("keys", false, out);
    print_key_list("prefixes", true, out);
    fputs("    _describe -t keys key keys -S = -- prefixes -S ''\n}\n\n_sessiond_values() {\n    case $1 in\n", out);
    for (size_t i = 0; i < config_key_count; i++) {
        if (config_keys[i].words == NULL && config_keys[i].type != CONFIG_BOOLEAN)
            continue;
        fprintf(out, "        (%s) print '", config_keys[i].name);
        completion_key_words(i, out);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n}\n\n", out);
}

void completion_zsh(const struct subcommand *const *subcommands, FILE *out)
{
    fputs("#compdef sessiond\n# Completion of sessiond for zsh. Made by: sessiond completion zsh\n\n", out);
    print_globals(out);
    print_commands(subcommands, out);
    for (size_t i = 0; subcommands[i] != NULL; i++)
        if (subcommands[i]->section != NULL)
            print_subcommand(subcommands[i], out);
    print_keys(out);
    fputs(shell_sessiond_zsh, out);
}
