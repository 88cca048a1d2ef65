#include "codec/event.h"

#include "codec/event_headers.h"
#include "codec/event_json.h"

#include <stdlib.h>

struct event_encoder {
    const struct config *config;
    struct event_avro *avro; /* NULL with JSON */
};

struct event_encoder *event_encoder_new(const struct config *config, const struct schemas *schemas,
                                        const struct event_ids *ids)
{
    struct event_encoder *encoder = calloc(1, sizeof *encoder);

    if (encoder == NULL)
        abort();
    encoder->config = config;
    if (config->events_format != EVENTS_JSON)
        encoder->avro = event_avro_new(schemas, config->events_format == EVENTS_CONFLUENT ? ids : NULL);
    return encoder;
}

void event_encoder_free(struct event_encoder *encoder)
{
    if (encoder == NULL)
        return;
    event_avro_free(encoder->avro);
    free(encoder);
}

/* Key and headers that are too large once would be too large again in the event, and no event could ever answer. */
static bool is_bare(const struct config *config, const struct batch_item *item)
{
    return item->fit == FIT_BARE || record_envelope_size(&item->record) > (size_t)config->commands_max_bytes;
}

void event_encode(struct event_encoder *encoder, const struct batch_item *item, struct arena *arena,
                  struct outbound *out)
{
    const struct config *config = encoder->config;
    bool created = item->outcome.kind == OUTCOME_CREATED;
    bool bare = is_bare(config, item);
    struct event_data data;

    event_data_gather(&data, item, arena);
    out->topic = created ? config->events_created_topic : config->events_rejected_topic;
    out->partition = -1;
    out->key = bare || item->record.key.data == NULL ? data.command_id : item->record.key;
    out->value = encoder->avro == NULL ? event_json(&data, arena) : event_avro_encode(encoder->avro, &data, arena);
    event_headers(config, item, &data, bare, arena, out);
}
