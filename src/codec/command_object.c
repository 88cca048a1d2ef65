#include "codec/command_object.h"

enum member {
    MEMBER_OTHER,
    MEMBER_COMMAND_ID,
    MEMBER_GROUP_ID,
    MEMBER_STUDY_ACTIVITY_ID,
    MEMBER_SPECVERSION,
    MEMBER_DATA,
    MEMBER_DATA_BASE64,
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
    [MEMBER_DATA_BASE64] = {"data_base64",       11},
    [MEMBER_ID] = {"id",                2 },
    [MEMBER_SOURCE] = {"source",            6 },
    [MEMBER_CORRELATIONID] = {"correlationid",     13},
    [MEMBER_TRACEPARENT] = {"traceparent",       11},
    [MEMBER_TRACESTATE] = {"tracestate",        10},
};

#define MEMBER_NAME_MAX 17

static enum member member_of(const struct scanned_string *key)
{
    uint8_t text[MEMBER_NAME_MAX];
    struct bytes name = key->raw;

    if (key->escaped)
        name = (struct bytes){text, scanned_string_text(key, text, sizeof text)};
    for (size_t i = MEMBER_COMMAND_ID; i < sizeof members / sizeof *members; i++)
        if (name.len == members[i].len && memcmp(name.data, members[i].name, name.len) == 0)
            return (enum member)i;
    return MEMBER_OTHER;
}

/* Null counts as absent. What is neither null nor of the field's type is stepped over and invalid. */
static bool other_value(struct scanner *scan, enum field_state *state)
{
    *state = scan_peek(scan) == 'n' ? FIELD_ABSENT : FIELD_INVALID;
    return scan_value(scan);
}

static bool int_value(struct scanner *scan, struct field_int *field)
{
    uint8_t first = scan_peek(scan);
    bool integer;

    if (first != '-' && (first < '0' || first > '9'))
        return other_value(scan, &field->state);
    if (!scan_number(scan, &integer, &field->value))
        return false;
    field->state = integer ? FIELD_VALUE : FIELD_INVALID;
    return true;
}

static bool uuid_value(struct scanner *scan, struct field_uuid *field)
{
    struct scanned_string string;
    uint8_t text[UUID_TEXT];
    struct uuid uuid;

    if (scan_peek(scan) != '"')
        return other_value(scan, &field->state);
    if (!scan_string(scan, &string))
        return false;
    struct bytes name = string.raw;
    if (string.escaped)
        name = (struct bytes){text, scanned_string_text(&string, text, sizeof text)};
    *field =
        uuid_parse(name, &uuid) ? (struct field_uuid){FIELD_VALUE, uuid} : (struct field_uuid){.state = FIELD_INVALID};
    return true;
}

/* An attribute that is not a string is ignored. */
static bool attribute(struct scanner *scan, struct scanned_string *string)
{
    return scan_peek(scan) == '"' ? scan_string(scan, string) : scan_value(scan);
}

static bool data_value(struct scanner *scan, struct command_object *object)
{
    const uint8_t *start = scan->at;

    object->has_data = true;
    if (!scan_value(scan))
        return false;
    object->data = (struct bytes){start, (size_t)(scan->at - start)};
    return true;
}

static bool base64_value(struct scanner *scan, struct command_object *object)
{
    object->base64_at = scan->at;
    object->has_base64 = scan_peek(scan) != 'n';
    return attribute(scan, &object->base64);
}

static bool member_value(struct scanner *scan, enum member member, struct command_object *object)
{
    switch (member) {
    case MEMBER_COMMAND_ID: return uuid_value(scan, &object->fields.command_id);
    case MEMBER_GROUP_ID: return int_value(scan, &object->fields.group_id);
    case MEMBER_STUDY_ACTIVITY_ID: return int_value(scan, &object->fields.study_activity_id);
    case MEMBER_DATA: return data_value(scan, object);
    case MEMBER_DATA_BASE64: return base64_value(scan, object);
    case MEMBER_ID: return attribute(scan, &object->id);
    case MEMBER_SOURCE: return attribute(scan, &object->source);
    case MEMBER_CORRELATIONID: return attribute(scan, &object->correlationid);
    case MEMBER_TRACEPARENT: return attribute(scan, &object->traceparent);
    case MEMBER_TRACESTATE: return attribute(scan, &object->tracestate);
    case MEMBER_SPECVERSION: object->has_specversion = true; return scan_value(scan);
    case MEMBER_OTHER: break;
    }
    return scan_value(scan);
}

/* When two names are the same the scan stands at the second one. */
static bool distinct(struct scanner *scan, struct key_set *keys)
{
    const struct scanned_string *doubled = key_set_doubled(keys);

    if (doubled == NULL)
        return true;
    scan->at = doubled->raw.data - 1;
    return scan_fail(scan, "each name is expected once, this one is in the object already");
}

bool command_object_read(struct bytes json, struct arena *arena, struct command_object *object, struct scanner *scan)
{
    struct scanned_string key;
    enum scan_step step;

    memset(object, 0, offsetof(struct command_object, keys));
    key_set_start(&object->keys, arena);
    *scan = scan_start(json);
    if (!scan_open_object(scan))
        return false;
    while ((step = scan_member(scan, &key)) == JSON_MEMBER) {
        key_set_add(&object->keys, &key);
        if (!member_value(scan, member_of(&key), object))
            return false;
    }
    return step == JSON_CLOSED && scan_finish(scan) && distinct(scan, &object->keys);
}
