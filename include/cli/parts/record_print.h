/**
 * Prints a Kafka record for people (one line of text) or for scripts (one line of JSON).
 *
 * JSON: {"topic", "partition", "offset", "timestamp", "key", "headers", "value"}. `timestamp` is ms since 1970 UTC or
 * null. `headers` is an object (of several with one name it has the last, as Kafka's `lastHeader`). The value is JSON
 * itself when it is JSON, or Avro with a known schema; else it is null beside `value_base64`. A key that is no text is
 * null beside `key_base64`, and a header's value that is no text is {"base64": ...}.
 */
#ifndef CLI_PARTS_RECORD_PRINT_H
#define CLI_PARTS_RECORD_PRINT_H

#include "cli/parts/value_schemas.h"

/** Writes the members "topic", "partition", "offset" and "timestamp". */
void write_place(struct json_writer *json, const struct record *record);

void record_print_json(struct value_schemas *schemas, const struct record *record, FILE *out);

/**
 * Prints time, place, key, the code of a rejection or dead letter, and value. It never prints a raw control character.
 */
void record_print_text(struct value_schemas *schemas, const struct record *record, FILE *out);

/**
 * Prints the whole record for people, on several lines: the place and the time, the key, each header in the order of
 * the record, the value.
 */
void record_print_whole(struct value_schemas *schemas, const struct record *record, FILE *out);

#endif
