/**
 * Values that look as if the file had been written as a shell script: with quotes around them, or a comment behind
 * them. They are used as they are, since they may be meant so, and a warning tells. Keys that do nothing any more get a
 * warning too.
 */
#ifndef CONFIG_CONFIG_DOUBT_H
#define CONFIG_CONFIG_DOUBT_H

#include "config/config.h"

/**
 * Remembers a doubt about `value`, for config_warn_doubts. `comments`: the source can have comments, so that a `#` in
 * the value may be one.
 */
void config_doubt(struct config *config, const char *key, const char *value, const char *origin, bool comments);

/** Remembers that `key` does nothing any more. */
void config_doubt_retired(struct config *config, const char *key, const char *origin);

void config_doubts_free(struct config *config);

#endif
