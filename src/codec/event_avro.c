#include "codec/event_avro.h"

#include "codec/avro_frame.h"
#include "ops/log.h"

#include <avro.h>
#include <stdlib.h>

struct event_record {
    struct avro_frame frame;
    avro_value_iface_t *class;
    avro_value_t value; /* every field is set anew for every event */
};

struct event_avro {
    struct event_record created;
    struct event_record rejected;
    avro_writer_t writer;
};

/* avro-c fails here only without memory or when schema and code disagree: neither is an outcome of a command. */
static void must(int failed)
{
    if (!failed)
        return;
    log_error("E-AVRO-01", "avro-c cannot encode an event: %s. Report this as a bug of sessiond.", avro_strerror());
    abort();
}

static avro_value_t field(avro_value_t *record, const char *name)
{
    avro_value_t value;

    must(avro_value_get_by_name(record, name, &value, NULL));
    return value;
}

/* `text` has a NUL after it, which avro-c counts. */
static void set_text(avro_value_t value, struct bytes text)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): field() has set it */
    must(avro_value_set_string_len(&value, (char *)(uintptr_t)text.data, text.len + 1));
}

static void set_string(avro_value_t *record, const char *name, struct bytes text)
{
    set_text(field(record, name), text);
}

static void set_long(avro_value_t *record, const char *name, int64_t number)
{
    avro_value_t value = field(record, name);

    must(avro_value_set_long(&value, number));
}

/* The branch of a union with null first. */
static avro_value_t set_present(avro_value_t *record, const char *name, bool present)
{
    avro_value_t value = field(record, name);
    avro_value_t branch;

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): field() has set it */
    must(avro_value_set_branch(&value, present ? 1 : 0, &branch));
    return branch;
}

static void set_optional_string(avro_value_t *record, const char *name, const char *text)
{
    avro_value_t branch = set_present(record, name, text != NULL);

    if (text != NULL)
        set_text(branch, bytes_of(text));
}

static void set_optional_long(avro_value_t *record, const char *name, struct field_int number)
{
    bool present = number.state == FIELD_VALUE;
    avro_value_t branch = set_present(record, name, present);

    if (present)
        must(avro_value_set_long(&branch, number.value));
}

static void set_head(avro_value_t *record, const struct event_data *data)
{
    set_string(record, "event_id", data->event_id);
    set_string(record, "command_id", data->command_id);
    set_long(record, "occurred_at", data->outcome->occurred_us);
    set_string(record, "message", data->message);
}

static void set_created(avro_value_t *record, const struct event_data *data, struct arena *arena)
{
    const struct session *session = &data->outcome->session;

    set_head(record, data);
    avro_value_t value = field(record, "session");
    set_long(&value, "id", session->id);
    set_long(&value, "group_id", session->group_id);
    set_string(&value, "group_name", arena_copy(arena, session->group_name));
    set_long(&value, "activity_id", session->activity_id);
    set_string(&value, "activity_name", arena_copy(arena, session->activity_name));
    set_long(&value, "start_time", session->start_us);
    set_long(&value, "end_time", session->start_us);
}

static void set_violations(avro_value_t *record, const struct event_data *data)
{
    avro_value_t list = field(record, "violations");

    must(avro_value_reset(&list));
    for (size_t i = 0; i < data->violation_count; i++) {
        avro_value_t violation;
        must(avro_value_append(&list, &violation, NULL));
        set_optional_string(&violation, "field", data->violations[i].field);
        set_string(&violation, "code", bytes_of(data->violations[i].code));
        set_string(&violation, "message", data->violations[i].message);
    }
}

static void set_rejected(avro_value_t *record, const struct event_data *data)
{
    const struct outcome *outcome = data->outcome;

    set_head(record, data);
    set_string(record, "code", bytes_of(errcode_name(outcome->code)));
    set_violations(record, data);
    set_optional_long(record, "group_id", outcome->group_id);
    set_optional_long(record, "study_activity_id", outcome->study_activity_id);
    set_optional_string(record, "sqlstate", outcome->sqlstate[0] == 0 ? NULL : outcome->sqlstate);
}

static struct bytes write_record(struct event_avro *avro, struct event_record *record, struct arena *arena)
{
    size_t body;

    must(avro_value_sizeof(&record->value, &body));
    uint8_t *start = arena_alloc(arena, record->frame.size + body);
    memcpy(start, record->frame.bytes, record->frame.size);
    avro_writer_memory_set_dest(avro->writer, (const char *)start + record->frame.size, (int64_t)body);
    must(avro_value_write(avro->writer, &record->value));
    return (struct bytes){start, record->frame.size + body};
}

struct bytes event_avro_encode(struct event_avro *avro, const struct event_data *data, struct arena *arena)
{
    if (data->outcome->kind == OUTCOME_CREATED) {
        set_created(&avro->created.value, data, arena);
        return write_record(avro, &avro->created, arena);
    }
    set_rejected(&avro->rejected.value, data);
    return write_record(avro, &avro->rejected, arena);
}

static void record_open(struct event_record *record, const struct schemas *schemas, const char *name, const int32_t *id)
{
    const struct schema *schema = schemas_builtin(schemas, name);

    record->frame = id == NULL ? avro_frame_fingerprint(schema_fingerprint(schema)) : avro_frame_id(*id);
    record->class = avro_generic_class_from_schema(schema_avro(schema));
    must(record->class == NULL);
    must(avro_generic_value_new(record->class, &record->value));
}

static void record_close(struct event_record *record)
{
    avro_value_decref(&record->value);
    avro_value_iface_decref(record->class);
}

struct event_avro *event_avro_new(const struct schemas *schemas, const struct event_ids *ids)
{
    struct event_avro *avro = calloc(1, sizeof *avro);

    if (avro == NULL)
        abort();
    record_open(&avro->created, schemas, "StudySessionCreated", ids == NULL ? NULL : &ids->created);
    record_open(&avro->rejected, schemas, "StudySessionRejected", ids == NULL ? NULL : &ids->rejected);
    avro->writer = avro_writer_memory("", 0);
    must(avro->writer == NULL);
    return avro;
}

void event_avro_free(struct event_avro *avro)
{
    if (avro == NULL)
        return;
    record_close(&avro->created);
    record_close(&avro->rejected);
    avro_writer_free(avro->writer);
    free(avro);
}
