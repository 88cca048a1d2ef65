/**
 * What stands before Avro binary and says by which schema it was written: C3 01 and the schema's CRC-64-AVRO fingerprint, lowest byte
 * first (Avro 1.11 specification, "Single-object encoding"), or 00 and a registry's id in network order (Confluent's wire format).
 * Pure, plain data.
 */
#ifndef CODEC_AVRO_FRAME_H
#define CODEC_AVRO_FRAME_H

#include "core/bytes.h"

struct avro_frame {
    uint8_t bytes[10];
    size_t size;
};

struct avro_frame avro_frame_fingerprint(uint64_t fingerprint);
struct avro_frame avro_frame_id(int32_t id);

#endif
