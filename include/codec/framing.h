/**
 * In which of the ways that producers have a command stands in its record. Tried in the order of the enum.
 */
#ifndef CODEC_FRAMING_H
#define CODEC_FRAMING_H

#include "core/record.h"
#include "core/schema_id.h"
#include "config/config.h"

enum framing {
    FRAMING_NONE = 0,
    FRAMING_REGISTERED_HEADER, /* header `__value_schema_id`: 00 and an int32, or 01 and a GUID (Confluent) */
    FRAMING_SINGLE_OBJECT,     /* C3 01, fingerprint, Avro ("Single-object encoding", Avro 1.11) */
    FRAMING_REGISTERED_PREFIX, /* 00, schema id, data (Confluent wire format) */
    FRAMING_CLOUDEVENT,        /* structured, by its content type (CloudEvents 1.0, Kafka binding) */
    FRAMING_JSON,
};

/** Which framing the record has; FRAMING_NONE when none fits, or not the one that is configured. */
enum framing framing_of(const struct record *record, enum commands_format format);

/** Of a record with one of the two FRAMING_REGISTERED_*: the id of its schema, and where its data begin. */
void framing_schema_id(const struct record *record, enum framing framing, struct schema_id *id, struct bytes *body);

/** The same of a value in single-object encoding: its schema's CRC-64-AVRO fingerprint. False: it is none, or cut off before its data. */
bool framing_fingerprint(struct bytes value, uint64_t *fingerprint, struct bytes *body);

#endif
