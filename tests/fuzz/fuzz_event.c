/*
 * Events as JSON, read back with jansson, and as Avro, read back with avro-c.
 *
 * Input: kind and code, three integers of 8 bytes, then texts, each up to a NUL: the headers' value (by a bit of the
 * kind that of a structured CloudEvent's attributes), the group's name, the activity's.
 */
#include "codec/event.h"

#include "core/utf8.h"
#include "fuzz.h"

#include <avro.h>
#include <jansson.h>

static const char *const echoed[] = {"correlation-id", NULL};
static struct event_settings settings = {
    .created_topic = "created",
    .rejected_topic = "rejected",
    .source = "/source",
    .echo_headers = (char *const *)(uintptr_t)echoed,
    .envelope_max_bytes = 65536,
};
static struct schemas *schemas;

static void start(void)
{
    struct err err;

    schemas = schemas_open("", &err);
    if (schemas == NULL)
        fuzz_broken(__FILE__, __LINE__, err.message);
}

static int64_t take_integer(struct bytes *input)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | fuzz_byte(input);
    return (int64_t)value;
}

/* As PostgreSQL would give it: what is not UTF-8 becomes a question mark. */
static struct bytes take_name(struct bytes *input, struct arena *arena)
{
    struct bytes name = arena_copy(arena, fuzz_part(input));
    uint8_t *at = (uint8_t *)(uintptr_t)name.data, *end = at + name.len;

    while (at < end) {
        size_t length = utf8_sequence(at, end);
        if (length == 0)
            *at = '?';
        at += length == 0 ? 1 : length;
    }
    return name;
}

static struct outcome take_outcome(struct bytes *input, struct arena *arena, struct header *header)
{
    uint8_t kind = fuzz_byte(input), code = fuzz_byte(input);
    int64_t a = take_integer(input), b = take_integer(input), c = take_integer(input);
    struct outcome outcome = {.decided = (kind & 1) == 0, .replayed = (kind & 2) != 0, .occurred_us = c};

    header->value = fuzz_part(input);
    outcome.group_id = (struct field_int){kind & 8 ? FIELD_VALUE : FIELD_ABSENT, kind & 8 ? a : 0};
    outcome.study_activity_id = (struct field_int){kind & 16 ? FIELD_VALUE : FIELD_INVALID, kind & 16 ? b : 0};
    outcome.kind = kind & 4 ? OUTCOME_REJECTED : OUTCOME_CREATED;
    if (outcome.kind == OUTCOME_CREATED) {
        struct bytes group = take_name(input, arena), activity = take_name(input, arena);
        outcome.decided = true;
        outcome.session = (struct session){a, b, c, group, activity, b};
        return outcome;
    }
    outcome.code = (enum errcode)(1 + code % (ERRCODE_COUNT - 1));
    outcome.violations = (struct violations){(uint8_t)(1 + code % VIOLATIONS_MAX), {{0}}};
    for (uint8_t i = 0; i < outcome.violations.count; i++)
        outcome.violations.list[i] = (struct violation){(enum command_field)((code + i) % 4), outcome.code};
    if (outcome.code == ERRCODE_STORE_REFUSED)
        memcpy(outcome.sqlstate, "23514", 6);
    if (outcome.code == ERRCODE_UNDECODABLE)
        outcome.reason = "the value is empty";
    return outcome;
}

/* ---- Read back ---- */

static void check_text(const json_t *json, struct bytes wanted)
{
    MUST(json_is_string(json));
    MUST(bytes_equal((struct bytes){(const uint8_t *)json_string_value(json), json_string_length(json)}, wanted));
}

static void check_optional(const json_t *json, struct field_int field)
{
    if (field.state == FIELD_VALUE)
        MUST(json_is_integer(json) && json_integer_value(json) == field.value);
    else
        MUST(json_is_null(json));
}

static void check_json(struct bytes value, const struct outcome *outcome)
{
    json_t *json = json_loadb((const char *)value.data, value.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *session = json_object_get(json, "session");

    MUST(json_is_object(json));
    if (outcome->kind == OUTCOME_CREATED) {
        MUST(json_integer_value(json_object_get(session, "id")) == outcome->session.id);
        MUST(json_integer_value(json_object_get(session, "group_id")) == outcome->session.group_id);
        MUST(json_integer_value(json_object_get(session, "activity_id")) == outcome->session.activity_id);
        check_text(json_object_get(session, "group_name"), outcome->session.group_name);
        check_text(json_object_get(session, "activity_name"), outcome->session.activity_name);
    } else {
        check_text(json_object_get(json, "code"), bytes_of(errcode_name(outcome->code)));
        MUST(json_array_size(json_object_get(json, "violations")) == outcome->violations.count);
        check_optional(json_object_get(json, "group_id"), outcome->group_id);
        check_optional(json_object_get(json, "study_activity_id"), outcome->study_activity_id);
    }
    json_decref(json);
}

static avro_value_t field(avro_value_t record, const char *name)
{
    avro_value_t value = record;

    MUST(avro_value_get_by_name(&record, name, &value, NULL) == 0);
    return value;
}

static void check_avro_name(avro_value_t session, const char *name, struct bytes wanted)
{
    avro_value_t value = field(session, name);
    const char *text;
    size_t size;

    MUST(avro_value_get_string(&value, &text, &size) == 0 && size == wanted.len + 1);
    MUST(memcmp(text, wanted.data, wanted.len) == 0);
}

static void check_avro(struct bytes value, const struct outcome *outcome)
{
    bool created = outcome->kind == OUTCOME_CREATED;
    const struct schema *schema = schemas_builtin(schemas, created ? "StudySessionCreated" : "StudySessionRejected");
    avro_value_iface_t *class = avro_generic_class_from_schema(schema_avro(schema));
    avro_reader_t reader = avro_reader_memory((const char *)value.data + 10, (int64_t)value.len - 10);
    avro_value_t event, id;
    int64_t number;
    char beyond;

    MUST(avro_generic_value_new(class, &event) == 0 && avro_value_read(reader, &event) == 0);
    MUST(avro_read(reader, &beyond, 1) != 0);
    if (created) {
        avro_value_t session = field(event, "session");
        id = field(session, "id");
        MUST(avro_value_get_long(&id, &number) == 0 && number == outcome->session.id);
        check_avro_name(session, "group_name", outcome->session.group_name);
        check_avro_name(session, "activity_name", outcome->session.activity_name);
    } else {
        check_avro_name(event, "code", bytes_of(errcode_name(outcome->code)));
    }
    avro_value_decref(&event);
    avro_reader_free(reader);
    avro_value_iface_decref(class);
}

/* An encoder for each event: the sanitizer does not find all that avro-c keeps in one, and would report it as lost. */
static struct bytes encode(enum events_format format, const struct batch_item *item, struct arena *arena)
{
    struct outbound out = {0};

    settings.format = format;
    struct event_encoder *encoder = event_encoder_new(&settings, schemas, NULL);
    event_encode(encoder, item, arena, &out);
    event_encoder_free(encoder);
    MUST(out.key.data != NULL && out.header_count > 0);
    return out.value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    struct arena arena = {0};
    struct header headers[] = {
        {bytes_of("correlation-id"), {0}},
        {bytes_of("traceparent"),    {0}},
        {bytes_of("tracestate"),     {0}},
        {bytes_of("ce_id"),          {0}},
    };
    struct batch_item item = {
        .record = {.topic = "commands", .headers = headers, .timestamp_ms = 1795313585000}
    };

    if (schemas == NULL)
        start();
    item.outcome = take_outcome(&input, &arena, &headers[0]);
    headers[1].value = headers[2].value = headers[3].value = headers[0].value;
    item.record.header_count = sizeof headers / sizeof *headers;
    if (size > 0 && (data[0] & 32) != 0) {
        item.record.header_count = 1;
        item.command = (struct command){
            .structured = true,
            .ce_id = headers[0].value,
            .ce_correlationid = headers[0].value,
            .ce_traceparent = headers[0].value,
            .ce_tracestate = headers[0].value,
        };
    }
    item.command_id = record_derived_id(&item.record, &arena);
    check_json(encode(EVENTS_JSON, &item, &arena), &item.outcome);
    check_avro(encode(EVENTS_AVRO, &item, &arena), &item.outcome);
    arena_free(&arena);
    return 0;
}
