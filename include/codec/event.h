/**
 * From an outcome to the record that publishes it: key, value and headers as the README's section on events gives them.
 */
#ifndef CODEC_EVENT_H
#define CODEC_EVENT_H

#include "codec/event_avro.h"
#include "core/batch.h"
#include "config/config.h"

struct event_encoder;

/**
 * Borrows configuration and schemas for its whole life; with EVENTS_JSON `schemas` may be NULL. `ids`: with EVENTS_CONFLUENT, else
 * NULL. One thread (avro-c).
 */
struct event_encoder *event_encoder_new(const struct config *config, const struct schemas *schemas,
                                        const struct event_ids *ids);
void event_encoder_free(struct event_encoder *encoder);

/**
 * The event for `item`, whose outcome is known: fills `out`. What it points to lives in `arena`, in
 * the item's record, or in the configuration.
 * The same item under the same configuration gives the same bytes, in this process and in any other.
 */
void event_encode(struct event_encoder *encoder, const struct batch_item *item, struct arena *arena,
                  struct outbound *out);

#endif
