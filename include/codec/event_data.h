/**
 * An event's data (CloudEvents' word): what it says, before it is JSON or Avro. Gathered once from a batch item, then
 * written in either encoding and into the headers.
 */
#ifndef CODEC_EVENT_DATA_H
#define CODEC_EVENT_DATA_H

#include "core/batch.h"

struct event_violation {
    const char *field; /* NULL: the record as a whole. Static */
    const char *code;  /* static */
    struct bytes message;
};

/** Texts are UTF-8, in the arena or static, and have a NUL after them. */
struct event_data {
    const struct outcome *outcome; /* kind, session, ids asked for, SQLSTATE; borrowed from the item */
    struct bytes event_id;         /* the command id for a decided outcome; else of the position and the code */
    struct bytes command_id;
    struct bytes occurred_at; /* RFC 3339 */
    struct bytes message;     /* of the creation, or of the first violation */
    size_t violation_count;
    struct event_violation violations[VIOLATIONS_MAX];
};

/** `item->outcome` is CREATED or REJECTED. */
void event_data_gather(struct event_data *data, const struct batch_item *item, struct arena *arena);

#endif
