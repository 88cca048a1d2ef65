/** Makes the record that publishes an outcome, with key, value and headers as schemas/README.md describes them. */
#ifndef CODEC_EVENT_H
#define CODEC_EVENT_H

#include "codec/event_avro.h"
#include "codec/event_settings.h"
#include "core/batch.h"

struct event_encoder;

/**
 * Copies the settings, and borrows their strings and the schemas for its whole life. `schemas` may be NULL with
 * EVENTS_JSON. `ids` is read only with EVENTS_CONFLUENT; it is copied, and may be NULL with another format. An encoder
 * belongs to one thread (avro-c).
 */
struct event_encoder *event_encoder_new(const struct event_settings *settings, const struct schemas *schemas,
                                        const struct event_ids *ids);
void event_encoder_free(struct event_encoder *encoder);

/**
 * Fills `out` with the event for `item`, whose outcome must be known. What it points to lives in `arena`, in
 * the item's record, or in the settings' strings.
 * The same item under the same settings gives the same bytes, in this process and in any other.
 */
void event_encode(struct event_encoder *encoder, const struct batch_item *item, struct arena *arena,
                  struct outbound *out);

#endif
