/**
 * One record of avro-c with what stands before it on the wire. Filled field by field, written, filled again: it is made once.
 *
 * A call ends the process when avro-c fails, which it does here only without memory or when a schema and the code that fills its
 * records disagree: neither is the fault of a command. One thread.
 */
#ifndef CODEC_RECORD_WRITER_H
#define CODEC_RECORD_WRITER_H

#include "codec/schemas.h"
#include "core/arena.h"

#include <avro.h>

struct avro_frame {
    uint8_t bytes[10];
    size_t size;
};

struct record_writer {
    struct avro_frame frame;
    avro_value_iface_t *class;
    avro_value_t value;
    avro_writer_t writer;
};

/**
 * Of a schema that outlives it. `id` NULL: framed as C3 01 and the schema's CRC-64-AVRO fingerprint, lowest byte first (Avro 1.11
 * specification, "Single-object encoding"); else as 00 and this id of the registry in network order (Confluent's wire format).
 */
void record_writer_open(struct record_writer *record, const struct schema *schema, const int32_t *id);
void record_writer_close(struct record_writer *record);

/** Frame and value, in the arena. */
struct bytes record_writer_write(struct record_writer *record, struct arena *arena);

/** For a call of avro-c: 0 is success. */
void avro_must(int failed);

/** A field of a record, by its name in the schema. Borrowed from the record. */
avro_value_t avro_field(avro_value_t *record, const char *name);

void record_set_long(avro_value_t *record, const char *name, int64_t number);

/** `text` has a NUL after it. */
void record_set_text(avro_value_t *record, const char *name, struct bytes text);

/** The branch of a field whose union begins with null: null itself unless `present`. */
avro_value_t record_set_present(avro_value_t *record, const char *name, bool present);

/** NULL: null. */
void record_set_optional_text(avro_value_t *record, const char *name, const char *text);

#endif
