/**
 * The checks that need no database: missing and invalid fields. Pure; the rules are cases in tests/core/validate.table.
 */
#ifndef CORE_VALIDATE_H
#define CORE_VALIDATE_H

#include "core/outcome.h"

/**
 * Fills `violations`: first every missing field, then every invalid one, each in the order command_id, group_id,
 * study_activity_id. The code of a rejection is the code of its first violation. Without violations the values may go
 * to the store.
 *
 * `id_missing`: `commands.id.required` is on and the record brought no id of any kind. An invalid id is a violation of
 * its own instead.
 */
void validate(const struct command *command, bool id_missing, struct violations *violations);

#endif
