/**
 * Reads an event's value back, in any of the encodings that events are published in, whoever wrote it.
 *
 * The bytes are not trusted. They may be JSON, Avro in the single-object encoding of one of our schemas, or Confluent's
 * wire format. The schema of the last is known only to a registry, so there the record's `ce_type` tells which of our
 * schemas it is.
 */
#ifndef CODEC_EVENT_READ_H
#define CODEC_EVENT_READ_H

#include "codec/schemas.h"
#include "core/outcome.h"

enum event_encoding { EVENT_IS_JSON, EVENT_IS_AVRO };

/** Plain data; `body` borrows from the value. */
struct event_facts {
    enum event_encoding encoding;
    struct bytes body; /* the value without its framing: the JSON document, or the Avro binary */
    struct uuid event_id;
    struct uuid command_id;
    int64_t occurred_us;
    bool created;           /* it is a created event, else a rejected one */
    struct session session; /* of a created event, without the names */
    int64_t end_us;
    enum errcode code; /* of a rejected event, together with the ids that the command asked for */
    struct field_int group_id;
    struct field_int study_activity_id;
};

/**
 * Reads the event. False when it is none; `*reason` then says why (static). `created`: what the record's `ce_type`
 * says.
 */
MUSTUSE bool event_read(const struct schemas *schemas, struct bytes value, bool created, struct event_facts *facts,
                        const char **reason);

#endif
