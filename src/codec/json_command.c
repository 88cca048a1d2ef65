#include "codec/json_command.h"

#include "codec/json_keys.h"

/* What is read of one object: a command's fields, and an envelope's attributes. */
struct object {
    struct command command;
    bool has_specversion;
    bool has_data;
    struct bytes data; /* the value as it stands, checked */
    struct json_string id;
    struct json_string source;
    struct json_string correlationid;
    struct json_string traceparent;
    struct json_string tracestate;
};

enum member {
    MEMBER_OTHER,
    MEMBER_COMMAND_ID,
    MEMBER_GROUP_ID,
    MEMBER_STUDY_ACTIVITY_ID,
    MEMBER_SPECVERSION,
    MEMBER_DATA,
    MEMBER_ID,
    MEMBER_SOURCE,
    MEMBER_CORRELATIONID,
    MEMBER_TRACEPARENT,
    MEMBER_TRACESTATE,
};

static const struct {
    const char *name;
    size_t len;
} members[] = {
    [MEMBER_COMMAND_ID] = {"command_id",        10},
    [MEMBER_GROUP_ID] = {"group_id",          8 },
    [MEMBER_STUDY_ACTIVITY_ID] = {"study_activity_id", 17},
    [MEMBER_SPECVERSION] = {"specversion",       11},
    [MEMBER_DATA] = {"data",              4 },
    [MEMBER_ID] = {"id",                2 },
    [MEMBER_SOURCE] = {"source",            6 },
    [MEMBER_CORRELATIONID] = {"correlationid",     13},
    [MEMBER_TRACEPARENT] = {"traceparent",       11},
    [MEMBER_TRACESTATE] = {"tracestate",        10},
};

#define MEMBER_NAME_MAX 17

static enum member member_of(const struct json_string *key)
{
    uint8_t text[MEMBER_NAME_MAX];
    struct bytes name = key->raw;

    if (key->escaped)
        name = (struct bytes){text, json_string_text(key, text, sizeof text)};
    for (size_t i = MEMBER_COMMAND_ID; i < sizeof members / sizeof *members; i++)
        if (name.len == members[i].len && memcmp(name.data, members[i].name, name.len) == 0)
            return (enum member)i;
    return MEMBER_OTHER;
}

/* Null is absent; what is neither null nor of the field's type is stepped over and invalid. */
static bool other_value(struct json_scan *scan, enum field_state *state)
{
    *state = json_scan_peek(scan) == 'n' ? FIELD_ABSENT : FIELD_INVALID;
    return json_scan_value(scan);
}

static bool int_value(struct json_scan *scan, struct field_int *field)
{
    uint8_t first = json_scan_peek(scan);
    bool integer;

    if (first != '-' && (first < '0' || first > '9'))
        return other_value(scan, &field->state);
    if (!json_scan_number(scan, &integer, &field->value))
        return false;
    field->state = integer ? FIELD_VALUE : FIELD_INVALID;
    return true;
}

static bool uuid_value(struct json_scan *scan, struct field_uuid *field)
{
    struct json_string string;
    uint8_t text[UUID_TEXT];
    struct uuid uuid;

    if (json_scan_peek(scan) != '"')
        return other_value(scan, &field->state);
    if (!json_scan_string(scan, &string))
        return false;
    struct bytes name = string.raw;
    if (string.escaped)
        name = (struct bytes){text, json_string_text(&string, text, sizeof text)};
    *field =
        uuid_parse(name, &uuid) ? (struct field_uuid){FIELD_VALUE, uuid} : (struct field_uuid){.state = FIELD_INVALID};
    return true;
}

/* An attribute that is not a string says nothing. */
static bool attribute(struct json_scan *scan, struct json_string *string)
{
    return json_scan_peek(scan) == '"' ? json_scan_string(scan, string) : json_scan_value(scan);
}

static bool data_value(struct json_scan *scan, struct object *object)
{
    const uint8_t *start = scan->at;

    object->has_data = true;
    if (!json_scan_value(scan))
        return false;
    object->data = (struct bytes){start, (size_t)(scan->at - start)};
    return true;
}

static bool member_value(struct json_scan *scan, enum member member, struct object *object)
{
    switch (member) {
    case MEMBER_COMMAND_ID: return uuid_value(scan, &object->command.command_id);
    case MEMBER_GROUP_ID: return int_value(scan, &object->command.group_id);
    case MEMBER_STUDY_ACTIVITY_ID: return int_value(scan, &object->command.study_activity_id);
    case MEMBER_DATA: return data_value(scan, object);
    case MEMBER_ID: return attribute(scan, &object->id);
    case MEMBER_SOURCE: return attribute(scan, &object->source);
    case MEMBER_CORRELATIONID: return attribute(scan, &object->correlationid);
    case MEMBER_TRACEPARENT: return attribute(scan, &object->traceparent);
    case MEMBER_TRACESTATE: return attribute(scan, &object->tracestate);
    case MEMBER_SPECVERSION: object->has_specversion = true; return json_scan_value(scan);
    case MEMBER_OTHER: break;
    }
    return json_scan_value(scan);
}

static bool read_object(struct bytes json, struct arena *arena, struct object *object, const char **reason)
{
    struct json_scan scan = json_scan_start(json);
    struct json_keys keys = {.arena = arena};
    struct json_string key;
    enum json_step step = JSON_MEMBER;

    memset(object, 0, sizeof *object);
    if (!json_scan_open_object(&scan))
        goto broken;
    while ((step = json_scan_member(&scan, &key)) == JSON_MEMBER) {
        json_keys_add(&keys, &key);
        if (!member_value(&scan, member_of(&key), object))
            goto broken;
    }
    if (step == JSON_BROKEN || !json_scan_finish(&scan))
        goto broken;
    if (json_keys_distinct(&keys))
        return true;
    scan.reason = "a key occurs twice in one object";
broken:
    *reason = scan.reason;
    return false;
}

static struct bytes text_of(const struct json_string *string, struct arena *arena)
{
    if (string->raw.len == 0)
        return (struct bytes){0};
    if (!string->escaped)
        return string->raw;
    uint8_t *text = arena_alloc(arena, string->raw.len);
    return (struct bytes){text, json_string_text(string, text, string->raw.len)};
}

/* The envelope has been checked as a whole, so its data can only fail as an object of its own. */
static bool read_data(struct object *envelope, struct arena *arena, const char **reason)
{
    struct object data;

    if (envelope->data.len == 0 || envelope->data.data[0] != '{') {
        *reason = "the CloudEvent's data is not a JSON object";
        return false;
    }
    if (!read_object(envelope->data, arena, &data, reason))
        return false;
    envelope->command = data.command;
    envelope->command.structured = true;
    envelope->command.ce_id = text_of(&envelope->id, arena);
    envelope->command.ce_source = text_of(&envelope->source, arena);
    envelope->command.ce_correlationid = text_of(&envelope->correlationid, arena);
    envelope->command.ce_traceparent = text_of(&envelope->traceparent, arena);
    envelope->command.ce_tracestate = text_of(&envelope->tracestate, arena);
    return true;
}

bool json_command_decode(struct bytes json, bool structured, struct arena *arena, struct command *command,
                         const char **reason)
{
    struct object object;

    if (!read_object(json, arena, &object, reason))
        return false;
    if ((structured || (object.has_specversion && object.has_data)) && !read_data(&object, arena, reason))
        return false;
    *command = object.command;
    return true;
}
