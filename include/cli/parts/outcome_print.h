/**
 * Prints a stored outcome for people (some lines of text) or for scripts (one line of JSON).
 *
 * JSON: "state" (created, rejected or expired), "position" {"topic", "partition", "offset", "timestamp"} of the command
 * that was decided, and the fields of its event as they are published in JSON. Of an expired outcome only the command
 * id is left, and `position` is null.
 */
#ifndef CLI_PARTS_OUTCOME_PRINT_H
#define CLI_PARTS_OUTCOME_PRINT_H

#include "postgres/lookup.h"

#include <stdio.h>

/* `found->row` must not be NULL. */

void outcome_print_json(const struct lookup_found *found, struct arena *arena, FILE *out);
void outcome_print_text(const struct lookup_found *found, struct arena *arena, FILE *out);

#endif
