/**
 * Values that look as if somebody took the file for a shell script: quotes around them, a comment behind them. They stand as they are,
 * since either may be meant; a warning says so. Keys that do nothing any more get one too.
 */
#ifndef CONFIG_CONFIG_DOUBT_H
#define CONFIG_CONFIG_DOUBT_H

#include "config/config.h"

/** Remembers a doubt about `value`, for config_warn_doubts. `comments`: its source has comments that may be mistaken. */
void config_doubt(struct config *config, const char *key, const char *value, const char *origin, bool comments);

/** Remembers that `key` does nothing any more. */
void config_doubt_retired(struct config *config, const char *key, const char *origin);

void config_doubts_free(struct config *config);

#endif
