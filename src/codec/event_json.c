#include "codec/event_json.h"

#include "core/decimal.h"
#include "core/rfc3339.h"

#include <stdlib.h>

/* Upper bounds of everything but the names and messages: field names, ids, times, codes, punctuation. */
#define SIZE_EVENT     400u
#define SIZE_VIOLATION 128u

/* A document on its way into a piece of the arena that was measured for it. */
struct document {
    uint8_t *at;
    const uint8_t *end;
};

/* Room for `size` more bytes. A document larger than its measure is a bug that must not become an overflow. */
static uint8_t *room(struct document *doc, size_t size)
{
    if ((size_t)(doc->end - doc->at) < size)
        abort();
    uint8_t *at = doc->at;
    doc->at += size;
    return at;
}

static void put(struct document *doc, struct bytes raw)
{
    memcpy(room(doc, raw.len), raw.data, raw.len);
}

/* The letter of a two-character escape; 0 if there is none. */
static uint8_t short_escape(uint8_t c)
{
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

/* What must be escaped and nothing else (RFC 8259, section 7). */
static bool needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static size_t string_size(struct bytes text)
{
    size_t size = 2 + text.len;

    for (size_t i = 0; i < text.len; i++)
        if (needs_escape(text.data[i]))
            size += short_escape(text.data[i]) != 0 ? 1 : 5;
    return size;
}

static uint8_t *put_escape(uint8_t *at, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t letter = short_escape(c);

    *at++ = '\\';
    if (letter != 0) {
        *at++ = letter;
        return at;
    }
    memcpy(at, "u00", 3);
    at[3] = (uint8_t)digits[c >> 4];
    at[4] = (uint8_t)digits[c & 15];
    return at + 5;
}

static void put_string(struct document *doc, struct bytes text)
{
    uint8_t *at = room(doc, string_size(text));

    *at++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        if (needs_escape(text.data[i]))
            at = put_escape(at, text.data[i]);
        else
            *at++ = text.data[i];
    }
    *at = '"';
}

static void field(struct document *doc, const char *name)
{
    if (doc->at[-1] != '{')
        put(doc, bytes_of(","));
    put(doc, bytes_of("\""));
    put(doc, bytes_of(name));
    put(doc, bytes_of("\":"));
}

static void field_string(struct document *doc, const char *name, struct bytes text)
{
    field(doc, name);
    put_string(doc, text);
}

static void field_optional_string(struct document *doc, const char *name, const char *text)
{
    field(doc, name);
    if (text == NULL)
        put(doc, bytes_of("null"));
    else
        put_string(doc, bytes_of(text));
}

static void field_integer(struct document *doc, const char *name, int64_t value)
{
    char text[DECIMAL_TEXT];

    field(doc, name);
    put(doc, (struct bytes){(const uint8_t *)text, decimal_format(value, text)});
}

static void field_optional_integer(struct document *doc, const char *name, struct field_int value)
{
    if (value.state == FIELD_VALUE) {
        field_integer(doc, name, value.value);
        return;
    }
    field(doc, name);
    put(doc, bytes_of("null"));
}

static void put_head(struct document *doc, const struct event_data *data)
{
    put(doc, bytes_of("{"));
    field_string(doc, "event_id", data->event_id);
    field_string(doc, "command_id", data->command_id);
    field_string(doc, "occurred_at", data->occurred_at);
}

static void put_created(struct document *doc, const struct event_data *data)
{
    const struct session *session = &data->outcome->session;
    char start[RFC3339_TEXT];
    struct bytes start_time = {(const uint8_t *)start, rfc3339_format(session->start_us, start)};

    put_head(doc, data);
    field_string(doc, "message", data->message);
    field(doc, "session");
    put(doc, bytes_of("{"));
    field_integer(doc, "id", session->id);
    field_integer(doc, "group_id", session->group_id);
    field_string(doc, "group_name", session->group_name);
    field_integer(doc, "activity_id", session->activity_id);
    field_string(doc, "activity_name", session->activity_name);
    field_string(doc, "start_time", start_time);
    field_string(doc, "end_time", start_time);
    put(doc, bytes_of("}}"));
}

static void put_violations(struct document *doc, const struct event_data *data)
{
    put(doc, bytes_of("["));
    for (size_t i = 0; i < data->violation_count; i++) {
        const struct event_violation *violation = &data->violations[i];
        put(doc, bytes_of(i == 0 ? "{" : ",{"));
        field_optional_string(doc, "field", violation->field);
        field_string(doc, "code", bytes_of(violation->code));
        field_string(doc, "message", violation->message);
        put(doc, bytes_of("}"));
    }
    put(doc, bytes_of("]"));
}

static void put_rejected(struct document *doc, const struct event_data *data)
{
    const struct outcome *outcome = data->outcome;

    put_head(doc, data);
    field_string(doc, "code", bytes_of(errcode_name(outcome->code)));
    field_string(doc, "message", data->message);
    field(doc, "violations");
    put_violations(doc, data);
    field_optional_integer(doc, "group_id", outcome->group_id);
    field_optional_integer(doc, "study_activity_id", outcome->study_activity_id);
    field_optional_string(doc, "sqlstate", outcome->sqlstate[0] == 0 ? NULL : outcome->sqlstate);
    put(doc, bytes_of("}"));
}

/* At least what the document will need: one allocation, and little of it unused. */
static size_t document_size(const struct event_data *data)
{
    const struct session *session = &data->outcome->session;
    size_t size = SIZE_EVENT + string_size(data->message);

    if (data->outcome->kind == OUTCOME_CREATED)
        return size + string_size(session->group_name) + string_size(session->activity_name);
    for (size_t i = 0; i < data->violation_count; i++)
        size += SIZE_VIOLATION + string_size(data->violations[i].message);
    return size;
}

struct bytes event_json(const struct event_data *data, struct arena *arena)
{
    size_t size = document_size(data);
    uint8_t *start = arena_alloc(arena, size);
    struct document doc = {start, start + size};

    if (data->outcome->kind == OUTCOME_CREATED)
        put_created(&doc, data);
    else
        put_rejected(&doc, data);
    return (struct bytes){start, (size_t)(doc.at - start)};
}
