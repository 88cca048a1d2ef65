/** The framings in which a command can be in a record. They are tried in the order of the enum. */
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
    FRAMING_CLOUDEVENT, /* a structured CloudEvent, recognised by its content type (CloudEvents 1.0, Kafka binding) */
    FRAMING_JSON,
};

/** Which framing the record has; FRAMING_NONE when none fits, or when it is not the configured one. */
enum framing framing_of(const struct record *record, enum commands_format format);

/** For a record with one of the two FRAMING_REGISTERED_*: the id of its schema, and its data without the framing. */
void framing_schema_id(const struct record *record, enum framing framing, struct schema_id *id, struct bytes *body);

/**
 * For a value in the single-object encoding: its schema's CRC-64-AVRO fingerprint, and its data without the framing.
 * False when the value is in another encoding or ends before its data.
 */
bool framing_fingerprint(struct bytes value, uint64_t *fingerprint, struct bytes *body);

#endif
