/**
 * The configuration of a command that publishes beside the workers: a group and a transactional id of its own, so that it ends nobody but
 * another one like it, exactly once, and neither dead letters nor replies.
 */
#ifndef CLI_PARTS_OWN_CONFIG_H
#define CLI_PARTS_OWN_CONFIG_H

#include "config/config.h"

/** `name`: "replay" for the group `<group.id>-replay` and the transactional id `<group.id>//replay`. All else still belongs to `config`. */
void own_config_make(struct config *own, const struct config *config, const char *name);

/** Frees what it owns. Nothing for one that is all zero. */
void own_config_free(struct config *own);

#endif
