/**
 * An event's value read back: what it says, whoever wrote it, in any of the encodings that events are published in.
 *
 * The bytes may be a stranger's: nothing in them is believed. JSON, Avro in the single-object encoding of one of our schemas, or
 * Confluent's wire format, whose schema only a registry knows: there the record's `ce_type` says which of ours it is.
 */
#ifndef CODEC_EVENT_READ_H
#define CODEC_EVENT_READ_H

#include "codec/schemas.h"
#include "core/outcome.h"

enum event_encoding { EVENT_IS_JSON, EVENT_IS_AVRO };

/** Plain data; `body` borrows from the value. */
struct event_facts {
    enum event_encoding encoding;
    struct bytes body; /* the value without its framing: the document, or the Avro binary */
    struct uuid event_id;
    struct uuid command_id;
    int64_t occurred_us;
    bool created;           /* else rejected */
    struct session session; /* of a created one, without the names */
    int64_t end_us;
    enum errcode code; /* of a rejected one, and what it says that was asked for */
    struct field_int group_id;
    struct field_int study_activity_id;
};

/** False: it is no event, `*reason` says why (static). `created`: what `ce_type` says. */
MUSTUSE bool event_read(const struct schemas *schemas, struct bytes value, bool created, struct event_facts *facts,
                        const char **reason);

#endif
