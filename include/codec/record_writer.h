/**
 * A record of avro-c, with the bytes that precede it on the wire. It is made once; then it is filled field by field,
 * written, and filled again.
 *
 * A call ends the process when avro-c fails. That happens only without memory, or when a schema and the code that fills
 * its records disagree, and never because of a command. One thread.
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
 * Opens a writer for records of a schema, which must outlive it. `id` NULL: the record is framed as C3 01 and the
 * schema's CRC-64-AVRO fingerprint, lowest byte first (Avro 1.11 specification, "Single-object encoding"); else as 00
 * and this id of the registry in network order (Confluent's wire format).
 */
void record_writer_open(struct record_writer *record, const struct schema *schema, const int32_t *id);
void record_writer_close(struct record_writer *record);

/** The frame and the value, in the arena. */
struct bytes record_writer_write(struct record_writer *record, struct arena *arena);

/** Ends the process unless `failed`, the result of a call of avro-c, is 0. */
void avro_must(int failed);

/** The field of a record with that name in the schema. Borrowed from the record. */
avro_value_t avro_field(avro_value_t *record, const char *name);

void record_set_long(avro_value_t *record, const char *name, int64_t number);

/** Sets a field to a text, which must have a NUL after it. */
void record_set_text(avro_value_t *record, const char *name, struct bytes text);

/** Chooses the branch of a field whose union begins with null, and returns it: null unless `present`. */
avro_value_t record_set_present(avro_value_t *record, const char *name, bool present);

/** Sets an optional field to a text, or to null when `text` is NULL. */
void record_set_optional_text(avro_value_t *record, const char *name, const char *text);

#endif
