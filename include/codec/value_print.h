/**
 * Avro for people and scripts, printed as JSON.
 *
 * It is plain JSON, not Avro's JSON encoding: a union's value has no type around it, and `bytes` and `fixed` are
 * base64. Times stay numbers in the schema's unit, because avro-c forgets logical types. One thread (avro-c).
 */
#ifndef CODEC_VALUE_PRINT_H
#define CODEC_VALUE_PRINT_H

#include "codec/schema_cache.h"
#include "codec/schemas.h"
#include "json/writer.h"

/**
 * Writes the value without blanks. False, and nothing is written, when it is not in the single-object encoding, its
 * schema is unknown or not a record, or its bytes do not match the schema.
 */
MUSTUSE bool value_print_avro(const struct schemas *schemas, struct bytes value, struct json_writer *json);

/**
 * Writes bare Avro binary of a registry's schema (CACHED_SCHEMA_AVRO), without blanks. False, and nothing is written,
 * when the schema is not a record or the bytes do not match it.
 */
MUSTUSE bool value_print_cached(const struct cached_schema *schema, struct bytes body, struct json_writer *json);

#endif
