/**
 * The data of an event, as CloudEvents calls what an event says, before it is JSON or Avro. It is gathered once from a
 * batch item, then written in either encoding and into the headers.
 */
#ifndef CODEC_EVENT_DATA_H
#define CODEC_EVENT_DATA_H

#include "core/batch.h"

struct event_violation {
    const char *field; /* NULL: the record as a whole; static */
    const char *code;  /* static */
    struct bytes message;
};

/** Texts are UTF-8, in the arena or static, and end with a NUL that `len` does not count. */
struct event_data {
    const struct outcome *outcome; /* kind, session, ids asked for, SQLSTATE; borrowed from the item */
    struct bytes event_id;         /* the command id for a decided outcome; else made from the position and the code */
    struct bytes command_id;
    struct bytes occurred_at; /* RFC 3339 */
    struct bytes message;     /* says that the session was created, or what the first violation is */
    size_t violation_count;
    struct event_violation violations[VIOLATIONS_MAX];
};

/** Fills `data`. The kind of `item->outcome` must be CREATED or REJECTED. */
void event_data_gather(struct event_data *data, const struct batch_item *item, struct arena *arena);

#endif
