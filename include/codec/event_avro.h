/**
 * Event data in Avro, after one of two prefixes: C3 01 and the schema's CRC-64-AVRO fingerprint in little-endian order
 * (Avro 1.11 specification, "Single-object encoding"), or 00 and the registry's id in network order (Confluent's wire
 * format).
 *
 * One thread: the values are reused from event to event, and avro-c's error text is one global in Debian's build.
 */
#ifndef CODEC_EVENT_AVRO_H
#define CODEC_EVENT_AVRO_H

#include "codec/event_data.h"
#include "codec/schemas.h"

struct event_avro;

/** The ids under which a registry has the schemas of the events. */
struct event_ids {
    int32_t created;
    int32_t rejected;
};

/**
 * Makes an encoder for the built-in event schemas, which are borrowed. `ids` is copied; NULL: the single-object
 * encoding. Never fails: a built-in schema that lacks a field ends the process.
 */
struct event_avro *event_avro_new(const struct schemas *schemas, const struct event_ids *ids);
void event_avro_free(struct event_avro *avro);

/** Encodes the event's value, into the arena. */
MUSTUSE struct bytes event_avro_encode(struct event_avro *avro, const struct event_data *data, struct arena *arena);

#endif
