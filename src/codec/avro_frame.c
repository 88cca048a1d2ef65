#include "codec/avro_frame.h"

struct avro_frame avro_frame_fingerprint(uint64_t fingerprint)
{
    struct avro_frame frame = {
        .bytes = {0xc3, 0x01},
          .size = 10
    };

    for (unsigned i = 0; i < 8; i++)
        frame.bytes[2 + i] = (uint8_t)(fingerprint >> 8 * i);
    return frame;
}

struct avro_frame avro_frame_id(int32_t id)
{
    struct avro_frame frame = {.size = 5};

    for (unsigned i = 0; i < 4; i++)
        frame.bytes[1 + i] = (uint8_t)((uint32_t)id >> 8 * (3 - i));
    return frame;
}
