#include "codec/event.h"

#include "codec/event_headers.h"
#include "codec/event_json.h"
#include "core/memory.h"

#include <stdlib.h>

struct event_encoder {
    struct event_settings settings;
    struct event_avro *avro; /* NULL with JSON */
};

struct event_encoder *event_encoder_new(const struct event_settings *settings, const struct schemas *schemas,
                                        const struct event_ids *ids)
{
    struct event_encoder *encoder = memory_zeroed(1, sizeof *encoder);

    encoder->settings = *settings;
    if (settings->format != EVENTS_JSON)
        encoder->avro = event_avro_new(schemas, settings->format == EVENTS_CONFLUENT ? ids : NULL);
    return encoder;
}

void event_encoder_free(struct event_encoder *encoder)
{
    if (encoder == NULL)
        return;
    event_avro_free(encoder->avro);
    free(encoder);
}

/*
 * Key and headers that are too large in the command would be too large in the event too, and then no event could ever
 * answer it.
 */
static bool is_bare(const struct event_settings *settings, const struct batch_item *item)
{
    return item->fit == FIT_BARE || record_envelope_size(&item->record) > settings->envelope_max_bytes;
}

void event_encode(struct event_encoder *encoder, const struct batch_item *item, struct arena *arena,
                  struct outbound *out)
{
    const struct event_settings *settings = &encoder->settings;
    bool created = item->outcome.kind == OUTCOME_CREATED;
    bool bare = is_bare(settings, item);
    struct event_data data;

    event_data_gather(&data, item, arena);
    out->topic = created ? settings->created_topic : settings->rejected_topic;
    out->partition = -1;
    out->key = bare || item->record.key.data == NULL ? data.command_id : item->record.key;
    out->value = encoder->avro == NULL ? event_json(&data, arena) : event_avro_encode(encoder->avro, &data, arena);
    event_headers(settings, item, &data, bare, arena, out);
}
