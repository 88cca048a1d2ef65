/**
 * The schemas with which tools show the values of records: the local ones, and with `schema.registry.url` those that
 * records name by an id. One thread (avro-c).
 */
#ifndef CLI_PARTS_VALUE_SCHEMAS_H
#define CLI_PARTS_VALUE_SCHEMAS_H

#include "codec/decode.h"
#include "codec/schemas.h"
#include "core/record.h"
#include "config/config.h"
#include "json/writer.h"

struct value_schemas;

/** Opens the local schemas and the registry, if one is configured. NULL: ERR_STOP with EXIT_CONFIG. */
MUSTUSE struct value_schemas *value_schemas_open(const struct config *config, struct err *err);
void value_schemas_close(struct value_schemas *schemas);

/**
 * Writes the value as JSON on one line. False, and nothing is written, when only its bytes can be shown. The first
 * value with an id waits for the registry, a few seconds at most; an id for which it does not answer is reported once
 * on stderr.
 */
MUSTUSE bool value_print(struct value_schemas *schemas, const struct record *record, struct json_writer *json);

/** The local schemas. Borrowed. */
const struct schemas *value_schemas_all(const struct value_schemas *schemas);

/** The options for decoding commands as `run` does. Borrows the configuration and the schemas. */
struct decode_options value_schemas_decode(struct value_schemas *schemas, const struct config *config);

/**
 * Asks the registry for a record's schema before it is decoded, if the record names one that is not known yet. It waits
 * a few seconds at most, and not again for a registry that once did not answer.
 */
void value_schemas_learn(struct value_schemas *schemas, const struct decode_options *options,
                         const struct record *record);

#endif
