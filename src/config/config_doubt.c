#include "config/config_doubt.h"

#include "core/memory.h"
#include "runtime/log.h"
#include "core/text.h"

#include <stdlib.h>

static bool is_quoted(const char *value)
{
    size_t len = strlen(value);

    return len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value;
}

static bool has_comment(const char *value)
{
    const char *hash = strpbrk(value, " \t");

    while (hash != NULL && hash[1] != '#')
        hash = strpbrk(hash + 1, " \t");
    return hash != NULL;
}

/* A warning, and its code. */
struct config_doubt {
    const char *code;
    char *text;
};

static void remember(struct config *config, const char *code, char *text)
{
    config->doubts = memory_resized(config->doubts, config->doubt_count + 1, sizeof *config->doubts);
    config->doubts[config->doubt_count++] = (struct config_doubt){code, text};
}

/* The warning must not quote the value, which may be a secret. */
void config_doubt(struct config *config, const char *key, const char *value, const char *origin, bool comments)
{
    if (comments && has_comment(value))
        remember(config, E_CONFIG_11,
                 text_printf("%s: the value of %.100s is taken with the # in it: a comment has a line of its own",
                             origin, key));
    else if (is_quoted(value))
        remember(config, E_CONFIG_11, text_printf("%s: the value of %.100s is taken with its quotes", origin, key));
}

void config_doubt_retired(struct config *config, const char *key, const char *origin)
{
    remember(config, E_CONFIG_12,
             text_printf("%s: %s does nothing any more, and the next version refuses it: leave it out", origin, key));
}

void config_each_doubt(const struct config *config, config_take *take, void *opaque)
{
    for (size_t i = 0; i < config->doubt_count; i++)
        take(opaque, config->doubts[i].code, config->doubts[i].text);
}

static void warn(void *opaque, const char *code, const char *text)
{
    (void)opaque;
    log_warning(code, "%s", text);
}

void config_warn_doubts(const struct config *config)
{
    config_each_doubt(config, warn, NULL);
}

void config_doubts_free(struct config *config)
{
    for (size_t i = 0; i < config->doubt_count; i++)
        free(config->doubts[i].text);
    free(config->doubts);
}
