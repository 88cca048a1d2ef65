/**
 * Prints what a broker says about the group, for `status`: a table, a line for a watch whose output is kept, or one
 * JSON object.
 */
#ifndef CLI_PARTS_GROUP_PRINT_H
#define CLI_PARTS_GROUP_PRINT_H

#include "config/config.h"
#include "kafka/tools/lag.h"

#include <stdio.h>

void group_print_table(const struct config *config, const struct lag_group *group, FILE *out);
void group_print_line(const struct config *config, const struct lag_group *group);
void group_print_json(const struct config *config, const struct lag_group *group);

/** Writes the present second, with which both kinds of lines begin: "2026-11-22T02:13:05Z". */
#define GROUP_PRINT_NOW 32
void group_print_now(char text[static GROUP_PRINT_NOW]);

#endif
