/**
 * One JSON object whose fields are read: a command's, or those of a CloudEvent's envelope (CloudEvents 1.0, JSON event format). No key
 * may occur twice in it (compared after unescaping); what other fields hold is stepped over.
 */
#ifndef CODEC_JSON_OBJECT_H
#define CODEC_JSON_OBJECT_H

#include "json/json_keys.h"
#include "core/command.h"

/** Borrows from the text and the arena. */
struct json_object {
    struct command_former fields; /* as they stand here */
    bool has_specversion;
    bool has_data;
    struct bytes data;         /* the value as it stands, checked */
    bool has_base64;           /* `data_base64` is there and not null */
    const uint8_t *base64_at;  /* where its value begins */
    struct json_string base64; /* its text; without `raw.data` it is none */
    struct json_string id;     /* an attribute that is not a string says nothing: without `raw.data` */
    struct json_string source;
    struct json_string correlationid;
    struct json_string traceparent;
    struct json_string tracestate;
    struct json_keys keys;
};

/** Reads `json` from its first byte to its last. False: `*scan` says why, and stands where. */
MUSTUSE bool json_object_read(struct bytes json, struct arena *arena, struct json_object *object,
                              struct json_scan *scan);

#endif
