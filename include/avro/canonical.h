/**
 * What identifies an Avro schema: its parsing canonical form and the CRC-64-AVRO of that form.
 *
 * Both are made from the text of the schema, because avro-c has neither and does not keep the text. Docs, defaults,
 * aliases and logical types are not part of the form, so schemas that differ only there have the same fingerprint.
 *
 * Source: Avro 1.11 specification, "Parsing Canonical Form for Schemas" and "Schema Fingerprints".
 */
#ifndef AVRO_CANONICAL_H
#define AVRO_CANONICAL_H

#include "core/bytes.h"

/** The canonical form of a schema's JSON text, NUL-terminated; the caller frees. NULL: the text is not a schema. */
MUSTUSE char *canonical_form(struct bytes text);

/** CRC-64-AVRO of a canonical form. The single-object encoding has it with its lowest byte first. */
uint64_t canonical_fingerprint(const char *form);

#endif
