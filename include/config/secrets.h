/**
 * All secrets of a configuration and of the environment, so that none stands in a text that others get to read: what libraries and servers
 * say of a setting that is wrong may quote it.
 *
 * This is the second net. The first is that a setting is never printed unmasked (config_print).
 */
#ifndef CONFIG_SECRETS_H
#define CONFIG_SECRETS_H

#include "config/config.h"

struct secrets {
    char **
        texts; /* each in every form that it may have: as written, without quotes and escapes, and the pieces of a password in a URI */
    size_t count;
};

/** `config` NULL: the environment's alone. */
void secrets_collect(struct secrets *secrets, const struct config *config, char *const *environment);
void secrets_free(struct secrets *secrets);

/**
 * The text with each secret masked that stands in it as a word of its own. Shorter than 4 bytes are not looked for: they are in any text.
 * The caller frees.
 */
MUSTUSE char *secrets_mask(const struct secrets *secrets, const char *text);

#endif
