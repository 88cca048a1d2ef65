/**
 * The schemas by which tools show the values of records: those known here, and with `schema.registry.url` those that records name by
 * an id. One thread (avro-c).
 */
#ifndef CLI_PARTS_VALUE_SCHEMAS_H
#define CLI_PARTS_VALUE_SCHEMAS_H

#include "codec/decode.h"
#include "codec/schemas.h"
#include "core/record.h"
#include "config/config.h"
#include "json/writer.h"

struct value_schemas;

/** As schemas_open and registry_open. */
MUSTUSE struct value_schemas *value_schemas_open(const struct config *config, struct err *err);
void value_schemas_close(struct value_schemas *schemas);

/**
 * Writes the value as JSON on one line. False, and nothing written, when only its bytes can be shown. The first value of an id
 * waits for the registry, a few seconds at most; an id that it does not answer is said once on stderr.
 */
MUSTUSE bool value_print(struct value_schemas *schemas, const struct record *record, struct json_writer *json);

/** The schemas known here. Borrowed. */
const struct schemas *value_schemas_all(const struct value_schemas *schemas);

/** What decoding commands takes, as `run` has it. Borrows the configuration and the schemas. */
struct decode_options value_schemas_decode(struct value_schemas *schemas, const struct config *config);

/** Before a record is decoded: asks the registry for its schema, if it names one that is not known yet. Waits as value_print, but not
 * again for a registry that did not answer once. */
void value_schemas_learn(struct value_schemas *schemas, const struct decode_options *options,
                         const struct record *record);

#endif
