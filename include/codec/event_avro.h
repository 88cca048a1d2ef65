/**
 * Event data in Avro's single-object encoding (Avro 1.11 specification, "Single-object encoding"): C3 01, the schema's
 * CRC-64-AVRO fingerprint in little-endian order, the binary body.
 *
 * One thread: the values are reused from event to event, and avro-c's error text is one global in Debian's build.
 */
#ifndef CODEC_EVENT_AVRO_H
#define CODEC_EVENT_AVRO_H

#include "codec/event_data.h"
#include "codec/schemas.h"

struct event_avro;

/** For the built-in event schemas; borrows them. Never fails: a built-in schema that lacks a field ends the process. */
struct event_avro *event_avro_new(const struct schemas *schemas);
void event_avro_free(struct event_avro *avro);

/** In the arena. */
MUSTUSE struct bytes event_avro_encode(struct event_avro *avro, const struct event_data *data, struct arena *arena);

#endif
