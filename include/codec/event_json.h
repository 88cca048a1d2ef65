/**
 * Event data as JSON (RFC 8259): the fields of the Avro schemas by name and in their order, absent optionals `null`,
 * times as text, UTF-8 passed through, no blanks.
 *
 * To add a field: add it here, in event_avro.c, in a new version under schemas/, and in the golden files of tests/data.
 */
#ifndef CODEC_EVENT_JSON_H
#define CODEC_EVENT_JSON_H

#include "codec/event_data.h"

/** Encodes the event's value, into the arena. */
MUSTUSE struct bytes event_json(const struct event_data *data, struct arena *arena);

#endif
