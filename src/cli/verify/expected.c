#include "cli/verify/expected.h"

#include "cli/verify/digest.h"
#include "codec/event_avro.h"
#include "codec/event_json.h"

#define SINGLE_OBJECT_SIZE 10 /* C3 01 and a fingerprint: framing, not body */

uint64_t expected_hash(struct expected *expected, enum event_encoding encoding, struct arena *arena)
{
    struct batch_item item;
    struct event_data data;
    struct bytes body;

    if (expected->known[encoding])
        return expected->hash[encoding];
    batch_item_decided(&item, &expected->command_id, expected->row);
    event_data_gather(&data, &item, arena);
    if (encoding == EVENT_IS_JSON) {
        body = event_json(&data, arena);
    } else {
        struct bytes framed = event_avro_encode(expected->avro, &data, arena);
        body = (struct bytes){framed.data + SINGLE_OBJECT_SIZE, framed.len - SINGLE_OBJECT_SIZE};
    }
    expected->known[encoding] = true;
    expected->hash[encoding] = digest_hash(HASH_START, body);
    return expected->hash[encoding];
}
