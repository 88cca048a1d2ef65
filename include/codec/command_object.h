/**
 * One JSON object whose fields are read: a command's, or those of a CloudEvent's envelope (CloudEvents 1.0, JSON event
 * format). No key may occur twice in it (compared after unescaping); the values of other fields are stepped over.
 */
#ifndef CODEC_COMMAND_OBJECT_H
#define CODEC_COMMAND_OBJECT_H

#include "json/key_set.h"
#include "core/command.h"

/** Borrows from the text and the arena. */
struct command_object {
    struct command_former fields; /* as they are in this object */
    bool has_specversion;
    bool has_data;
    struct bytes data;            /* the checked text of the value */
    bool has_base64;              /* `data_base64` is there and is not null */
    const uint8_t *base64_at;     /* where its value begins */
    struct scanned_string base64; /* its text; if `raw.data` is NULL it is not a string */
    struct scanned_string id;     /* if `raw.data` is NULL the attribute is not a string, and is ignored */
    struct scanned_string source;
    struct scanned_string correlationid;
    struct scanned_string traceparent;
    struct scanned_string tracestate;
    struct key_set keys;
};

/** Reads `json` from its first byte to its last. False: `*scan` says what is wrong, and at which byte. */
MUSTUSE bool command_object_read(struct bytes json, struct arena *arena, struct command_object *object,
                                 struct scanner *scan);

#endif
