/**
 * The writer schemas that are known without a registry: the built-in ones (every version in schemas/) and those in
 * `schemas.dir`, found by their CRC-64-AVRO fingerprint (Avro 1.11 specification, "Schema fingerprints").
 *
 * Loaded once at the start, then constant. avro-c's error buffer is one global in Debian's build: load from one thread
 * only.
 */
#ifndef CODEC_SCHEMAS_H
#define CODEC_SCHEMAS_H

#include "avro/plan.h"
#include "core/err.h"

struct schemas;
struct schema;

/**
 * Loads the built-in schemas, then `dir`/ *.avsc ("": no folder). NULL: ERR_STOP with EXIT_CONFIG, which names the file
 * that is not a schema.
 */
MUSTUSE struct schemas *schemas_open(const char *dir, struct err *err);
void schemas_close(struct schemas *schemas);

/** The schema with that fingerprint, or NULL. Borrowed. */
const struct schema *schemas_find(const struct schemas *schemas, uint64_t fingerprint);

/**
 * The newest built-in schema of that record name, e.g. "StudySessionCreated". Never NULL for the three records of this
 * program.
 */
const struct schema *schemas_builtin(const struct schemas *schemas, const char *record_name);

/** How many schemas there are, and each by its number. The built-in ones come first. */
size_t schemas_count(const struct schemas *schemas);
const struct schema *schemas_at(const struct schemas *schemas, size_t index);

/** The name of its file, without a folder; built-in ones have their file in schemas/. Borrowed from the schema. */
const char *schema_file(const struct schema *schema);
bool schema_is_builtin(const struct schema *schema);

/**
 * The text as it is in the file, which is what gets registered: avro-c would drop defaults and logical types. Borrowed
 * from the schema.
 */
const char *schema_text(const struct schema *schema);

/**
 * The full name of the record, e.g. "study_sessions.v1.StudySessionCreated"; NULL when the schema is not a record.
 * Borrowed from the schema.
 */
const char *schema_record(const struct schema *schema);

/** CRC-64-AVRO of the parsing canonical form. */
uint64_t schema_fingerprint(const struct schema *schema);

/** The plan for walking bytes that were written with the schema. Borrowed; never NULL. */
const struct walk_plan *schema_plan(const struct schema *schema);

/** The schema for calls of avro-c, whose `avro_schema_t` points to this. Borrowed; never NULL. */
struct avro_obj_t;
struct avro_obj_t *schema_avro(const struct schema *schema);

#endif
