#include "codec/event_read.h"

#include "avro/walk.h"
#include "codec/framing.h"
#include "core/rfc3339.h"
#include "json/scan.h"

#define WIRE_FORMAT_SIZE 5 /* 00 and a schema id (Confluent) */

/* ---- JSON ---- */

/* Which members have been read: those that every event has. */
enum seen {
    SEEN_EVENT_ID = 1,
    SEEN_COMMAND_ID = 2,
    SEEN_OCCURRED = 4,
    SEEN_HEAD = 7,
    SEEN_CODE = 8,
    SEEN_SESSION = 16,
};

/* The text of a string without escapes. Ids, times and codes have none. */
static bool plain_string(struct scanner *scan, struct bytes *text)
{
    struct scanned_string string;

    if (scan_peek(scan) != '"' || !scan_string(scan, &string))
        return false;
    *text = string.raw;
    return !string.escaped;
}

static bool scan_uuid(struct scanner *scan, struct uuid *id)
{
    struct bytes text;

    return plain_string(scan, &text) && uuid_parse(text, id);
}

static bool scan_time(struct scanner *scan, int64_t *us)
{
    struct bytes text;

    return plain_string(scan, &text) && rfc3339_parse(text, us);
}

static bool scan_code(struct scanner *scan, enum errcode *code)
{
    struct bytes text;

    return plain_string(scan, &text) && (*code = errcode_from_name(text)) != ERRCODE_NONE;
}

static bool scan_integer(struct scanner *scan, int64_t *value)
{
    bool integer;

    return scan_number(scan, &integer, value) && integer;
}

static bool scan_optional(struct scanner *scan, struct field_int *field)
{
    *field = (struct field_int){0};
    if (scan_peek(scan) == 'n')
        return scan_value(scan);
    field->state = FIELD_VALUE;
    return scan_integer(scan, &field->value);
}

static bool is(const struct scanned_string *key, const char *name)
{
    return bytes_equal(key->raw, bytes_of(name));
}

static bool session_member(struct scanner *scan, const struct scanned_string *key, struct event_facts *facts)
{
    if (is(key, "id"))
        return scan_integer(scan, &facts->session.id);
    if (is(key, "group_id"))
        return scan_integer(scan, &facts->session.group_id);
    if (is(key, "activity_id"))
        return scan_integer(scan, &facts->session.activity_id);
    if (is(key, "start_time"))
        return scan_time(scan, &facts->session.start_us);
    if (is(key, "end_time"))
        return scan_time(scan, &facts->end_us);
    return scan_value(scan);
}

static bool scan_session(struct scanner *scan, struct event_facts *facts)
{
    struct scanned_string key;
    enum scan_step step;

    if (scan_peek(scan) != '{' || !scan_open_object(scan))
        return false;
    while ((step = scan_member(scan, &key)) == JSON_MEMBER)
        if (!session_member(scan, &key, facts))
            return false;
    return step == JSON_CLOSED;
}

static bool top_member(struct scanner *scan, const struct scanned_string *key, struct event_facts *facts,
                       unsigned *seen)
{
    if (is(key, "event_id") && (*seen |= SEEN_EVENT_ID) != 0)
        return scan_uuid(scan, &facts->event_id);
    if (is(key, "command_id") && (*seen |= SEEN_COMMAND_ID) != 0)
        return scan_uuid(scan, &facts->command_id);
    if (is(key, "occurred_at") && (*seen |= SEEN_OCCURRED) != 0)
        return scan_time(scan, &facts->occurred_us);
    if (is(key, "session") && (*seen |= SEEN_SESSION) != 0)
        return scan_session(scan, facts);
    if (is(key, "code") && (*seen |= SEEN_CODE) != 0)
        return scan_code(scan, &facts->code);
    if (is(key, "group_id"))
        return scan_optional(scan, &facts->group_id);
    if (is(key, "study_activity_id"))
        return scan_optional(scan, &facts->study_activity_id);
    return scan_value(scan);
}

static bool read_json(struct bytes value, struct event_facts *facts, const char **reason)
{
    struct scanner scan = scan_start(value);
    struct scanned_string key;
    enum scan_step step = JSON_BROKEN;
    unsigned seen = 0;

    *reason = "it is no JSON object with an event's fields";
    if (!scan_open_object(&scan))
        return false;
    while ((step = scan_member(&scan, &key)) == JSON_MEMBER)
        if (!top_member(&scan, &key, facts, &seen))
            return false;
    facts->created = (seen & SEEN_SESSION) != 0;
    return step == JSON_CLOSED && scan_finish(&scan) &&
           (seen == (SEEN_HEAD | SEEN_SESSION) || seen == (SEEN_HEAD | SEEN_CODE));
}

/* ---- Avro: the fields in the order of the schema's first version ---- */

enum rejected_field { REJECTED_VIOLATIONS = 5 };

static bool walk_uuid(struct walk *walk, struct uuid *id)
{
    struct bytes text;

    return walk_string(walk, &text) && uuid_parse(text, id);
}

static bool skip_string(struct walk *walk)
{
    struct bytes text;

    return walk_string(walk, &text);
}

static bool walk_head(struct walk *walk, struct event_facts *facts)
{
    return walk_uuid(walk, &facts->event_id) && walk_uuid(walk, &facts->command_id) &&
           walk_long(walk, &facts->occurred_us);
}

static bool walk_created(struct walk *walk, struct event_facts *facts)
{
    return walk_head(walk, facts) && skip_string(walk) && walk_long(walk, &facts->session.id) &&
           walk_long(walk, &facts->session.group_id) && skip_string(walk) &&
           walk_long(walk, &facts->session.activity_id) && skip_string(walk) &&
           walk_long(walk, &facts->session.start_us) && walk_long(walk, &facts->end_us);
}

/* Reads the index of a union of null and another type, which is 0 or 1. */
static bool walk_present(struct walk *walk, bool *present)
{
    int64_t branch;

    if (!walk_long(walk, &branch) || branch < 0 || branch > 1)
        return false;
    *present = branch == 1;
    return true;
}

static bool walk_optional(struct walk *walk, struct field_int *field)
{
    bool present;

    *field = (struct field_int){0};
    if (!walk_present(walk, &present))
        return false;
    field->state = present ? FIELD_VALUE : FIELD_ABSENT;
    return !present || walk_long(walk, &field->value);
}

static bool walk_code(struct walk *walk, enum errcode *code)
{
    struct bytes text;

    return walk_string(walk, &text) && (*code = errcode_from_name(text)) != ERRCODE_NONE;
}

static bool walk_rejected(struct walk *walk, const struct walk_plan *plan, struct event_facts *facts)
{
    const struct plan_node *violations = &plan->nodes[plan->nodes[plan->top].first + REJECTED_VIOLATIONS];
    bool refused;

    return walk_head(walk, facts) && walk_code(walk, &facts->code) && skip_string(walk) &&
           walk_value(walk, violations) && walk_optional(walk, &facts->group_id) &&
           walk_optional(walk, &facts->study_activity_id) && walk_present(walk, &refused) &&
           (!refused || skip_string(walk));
}

static bool read_avro(const struct schemas *schemas, struct bytes body, bool created, struct event_facts *facts,
                      const char **reason)
{
    const struct schema *schema = schemas_builtin(schemas, created ? "StudySessionCreated" : "StudySessionRejected");
    const struct walk_plan *plan = schema_plan(schema);
    struct walk walk = {.at = body.data, .end = body.data + body.len, .nodes = plan->nodes};

    *reason = "its bytes do not fit the Avro schema of the event";
    facts->created = created;
    facts->encoding = EVENT_IS_AVRO;
    facts->body = body;
    return (created ? walk_created(&walk, facts) : walk_rejected(&walk, plan, facts)) && walk.at == walk.end;
}

static bool is_schema(const struct schemas *schemas, const char *name, uint64_t fingerprint)
{
    return schema_fingerprint(schemas_builtin(schemas, name)) == fingerprint;
}

static bool read_single_object(const struct schemas *schemas, struct bytes value, struct event_facts *facts,
                               const char **reason)
{
    uint64_t fingerprint = 0;
    struct bytes body;

    *reason = "its Avro schema is not that of an event";
    if (!framing_fingerprint(value, &fingerprint, &body))
        return false;
    bool created = is_schema(schemas, "StudySessionCreated", fingerprint);
    if (!created && !is_schema(schemas, "StudySessionRejected", fingerprint))
        return false;
    return read_avro(schemas, body, created, facts, reason);
}

bool event_read(const struct schemas *schemas, struct bytes value, bool created, struct event_facts *facts,
                const char **reason)
{
    *facts = (struct event_facts){.body = value};
    *reason = "it has no value";
    if (value.data == NULL || value.len == 0)
        return false;
    if (value.data[0] == 0xC3)
        return read_single_object(schemas, value, facts, reason);
    if (value.data[0] == 0 && value.len >= WIRE_FORMAT_SIZE)
        return read_avro(schemas, (struct bytes){value.data + WIRE_FORMAT_SIZE, value.len - WIRE_FORMAT_SIZE}, created,
                         facts, reason);
    return read_json(value, facts, reason);
}
