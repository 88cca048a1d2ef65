/**
 * The schemas by which tools show the values of records: those known here, and with `schema.registry.url` those that records name by
 * an id. One thread (avro-c).
 */
#ifndef CLI_PARTS_VALUE_SCHEMAS_H
#define CLI_PARTS_VALUE_SCHEMAS_H

#include "codec/schemas.h"
#include "core/record.h"
#include "config/config.h"

#include <stdio.h>

struct value_schemas;

/** As schemas_open and registry_open. */
MUSTUSE struct value_schemas *value_schemas_open(const struct config *config, struct err *err);
void value_schemas_close(struct value_schemas *schemas);

/**
 * Prints the value as JSON on one line. False, and nothing printed, when only its bytes can be shown. The first value of an id
 * waits for the registry, a few seconds at most; an id that it does not answer is said once on stderr.
 */
MUSTUSE bool value_print(struct value_schemas *schemas, const struct record *record, FILE *out);

#endif
