/**
 * The configuration of a command that publishes beside the workers. It has its own group and transactional id, so that
 * it fences only another command of the same kind. It publishes exactly once, and neither dead letters nor replies.
 */
#ifndef CLI_PARTS_OWN_CONFIG_H
#define CLI_PARTS_OWN_CONFIG_H

#include "config/config.h"

/**
 * Fills `own`. `name` is "replay" for the group `<group.id>-replay` and the transactional id `<group.id>//replay`.
 * Everything else still belongs to `config`.
 */
void own_config_make(struct config *own, const struct config *config, const char *name);

/** Frees what it owns. An all-zero configuration is allowed. */
void own_config_free(struct config *own);

#endif
