#include "cli/verify/expected.h"

#include "cli/verify/digest.h"
#include "codec/event_avro.h"
#include "codec/event_json.h"

#define SINGLE_OBJECT_SIZE 10 /* C3 01 and a fingerprint: framing, not body */

/* The record that was decided, as far as an event's value depends on it. */
static void make_item(const struct expected *expected, struct batch_item *item)
{
    const struct ledger_row *row = expected->row;

    *item = (struct batch_item){
        .record = {.topic = row->topic,
                   .partition = row->partition,
                   .offset = row->offset,
                   .timestamp_ms = row->timestamp_ms},
        .command = {.group_id = row->group_id, .study_activity_id = row->study_activity_id},
        .command_id = expected->command_id,
    };
    outcome_from_ledger(&item->outcome, row, &item->record, &item->command);
}

uint64_t expected_hash(struct expected *expected, enum event_encoding encoding, struct arena *arena)
{
    struct batch_item item;
    struct event_data data;
    struct bytes body;

    if (expected->known[encoding])
        return expected->hash[encoding];
    make_item(expected, &item);
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
