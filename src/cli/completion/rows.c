/* What both shells need to know of the rows. */
#include "cli/completion.h"

#include "config/config_table.h"

bool completion_takes_file(const struct argument_row *row)
{
    return argument_is_word(row) && strstr(row->name, " ") != NULL && strstr(row->name, "FILE") != NULL;
}

bool completion_begins_with_file(const struct subcommand *subcommand)
{
    const struct argument_row *rows = subcommand->arguments;
    bool named = false;

    /* If a word takes files, the row of FILE describes them. */
    for (size_t i = 0; i < SUBCOMMAND_ROWS && rows[i].name != NULL; i++) {
        if (completion_takes_file(&rows[i]))
            return false;
        named = named || strcmp(rows[i].name, "FILE") == 0;
    }
    return named;
}

bool completion_has_actions(const struct subcommand *subcommand)
{
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->options[i].name != NULL; i++)
        if (subcommand->options[i].only != NULL)
            return true;
    for (size_t i = 0; i < SUBCOMMAND_ROWS && subcommand->arguments[i].name != NULL; i++)
        if (completion_takes_file(&subcommand->arguments[i]))
            return true;
    return false;
}

void completion_key_words(size_t key, FILE *out)
{
    const char *const *words = config_keys[key].words;

    if (config_keys[key].type == CONFIG_BOOLEAN)
        fputs("true false", out);
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        fprintf(out, "%s%s", i == 0 ? "" : " ", words[i]);
}
