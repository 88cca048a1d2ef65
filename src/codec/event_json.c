#include "codec/event_json.h"

#include "core/rfc3339.h"
#include "json/writer.h"

#include <stdlib.h>

/* Upper bounds for everything except names and messages: field names, ids, times, codes, punctuation. */
#define SIZE_EVENT     400u
#define SIZE_VIOLATION 128u

static void put_head(struct json_writer *json, const struct event_data *data)
{
    write_object(json);
    write_member_string(json, "event_id", data->event_id);
    write_member_string(json, "command_id", data->command_id);
    write_member_string(json, "occurred_at", data->occurred_at);
}

static void put_created(struct json_writer *json, const struct event_data *data)
{
    const struct session *session = &data->outcome->session;
    char start[RFC3339_TEXT];
    struct bytes start_time = {(const uint8_t *)start, rfc3339_format(session->start_us, start)};

    put_head(json, data);
    write_member_string(json, "message", data->message);
    write_key(json, "session");
    write_object(json);
    write_member_int(json, "id", session->id);
    write_member_int(json, "group_id", session->group_id);
    write_member_string(json, "group_name", session->group_name);
    write_member_int(json, "activity_id", session->activity_id);
    write_member_string(json, "activity_name", session->activity_name);
    write_member_string(json, "start_time", start_time);
    write_member_string(json, "end_time", start_time);
    write_object_end(json);
    write_object_end(json);
}

static void put_violations(struct json_writer *json, const struct event_data *data)
{
    write_array(json);
    for (size_t i = 0; i < data->violation_count; i++) {
        const struct event_violation *violation = &data->violations[i];
        write_object(json);
        write_member_text(json, "field", violation->field);
        write_member_text(json, "code", violation->code);
        write_member_string(json, "message", violation->message);
        write_object_end(json);
    }
    write_array_end(json);
}

static void put_rejected(struct json_writer *json, const struct event_data *data)
{
    const struct outcome *outcome = data->outcome;

    put_head(json, data);
    write_member_text(json, "code", errcode_name(outcome->code));
    write_member_string(json, "message", data->message);
    write_key(json, "violations");
    put_violations(json, data);
    write_member_known_int(json, "group_id", outcome->group_id.value, outcome->group_id.state == FIELD_VALUE);
    write_member_known_int(json, "study_activity_id", outcome->study_activity_id.value,
                           outcome->study_activity_id.state == FIELD_VALUE);
    write_member_text(json, "sqlstate", outcome->sqlstate[0] == 0 ? NULL : outcome->sqlstate);
    write_object_end(json);
}

/* An upper bound of what the document needs, so that one allocation is enough and little of it stays unused. */
static size_t document_size(const struct event_data *data)
{
    const struct session *session = &data->outcome->session;
    size_t size = SIZE_EVENT + written_size(JSON_RECORD, data->message);

    if (data->outcome->kind == OUTCOME_CREATED)
        return size + written_size(JSON_RECORD, session->group_name) +
               written_size(JSON_RECORD, session->activity_name);
    for (size_t i = 0; i < data->violation_count; i++)
        size += SIZE_VIOLATION + written_size(JSON_RECORD, data->violations[i].message);
    return size;
}

struct bytes event_json(const struct event_data *data, struct arena *arena)
{
    size_t size = document_size(data);
    char *start = arena_alloc(arena, size);
    struct json_writer json = json_to_buffer(start, size, JSON_RECORD);

    if (data->outcome->kind == OUTCOME_CREATED)
        put_created(&json, data);
    else
        put_rejected(&json, data);
    /* A document larger than the bound would be a bug. */
    if (json.full)
        abort();
    return (struct bytes){(const uint8_t *)start, (size_t)(json.at - start)};
}
