#include "codec/event_avro.h"

#include "codec/record_writer.h"
#include "core/memory.h"

#include <stdlib.h>

struct event_avro {
    struct record_writer created;
    struct record_writer rejected;
};

static void set_optional_long(avro_value_t *record, const char *name, struct field_int number)
{
    bool present = number.state == FIELD_VALUE;
    avro_value_t branch = record_set_present(record, name, present);

    if (present)
        avro_must(avro_value_set_long(&branch, number.value));
}

static void set_head(avro_value_t *record, const struct event_data *data)
{
    record_set_text(record, "event_id", data->event_id);
    record_set_text(record, "command_id", data->command_id);
    record_set_long(record, "occurred_at", data->outcome->occurred_us);
    record_set_text(record, "message", data->message);
}

static void set_created(avro_value_t *record, const struct event_data *data, struct arena *arena)
{
    const struct session *session = &data->outcome->session;

    set_head(record, data);
    avro_value_t value = avro_field(record, "session");
    record_set_long(&value, "id", session->id);
    record_set_long(&value, "group_id", session->group_id);
    record_set_text(&value, "group_name", arena_copy(arena, session->group_name));
    record_set_long(&value, "activity_id", session->activity_id);
    record_set_text(&value, "activity_name", arena_copy(arena, session->activity_name));
    record_set_long(&value, "start_time", session->start_us);
    record_set_long(&value, "end_time", session->start_us);
}

static void set_violations(avro_value_t *record, const struct event_data *data)
{
    avro_value_t list = avro_field(record, "violations");

    avro_must(avro_value_reset(&list));
    for (size_t i = 0; i < data->violation_count; i++) {
        avro_value_t violation;
        avro_must(avro_value_append(&list, &violation, NULL));
        record_set_optional_text(&violation, "field", data->violations[i].field);
        record_set_text(&violation, "code", bytes_of(data->violations[i].code));
        record_set_text(&violation, "message", data->violations[i].message);
    }
}

static void set_rejected(avro_value_t *record, const struct event_data *data)
{
    const struct outcome *outcome = data->outcome;

    set_head(record, data);
    record_set_text(record, "code", bytes_of(errcode_name(outcome->code)));
    set_violations(record, data);
    set_optional_long(record, "group_id", outcome->group_id);
    set_optional_long(record, "study_activity_id", outcome->study_activity_id);
    record_set_optional_text(record, "sqlstate", outcome->sqlstate[0] == 0 ? NULL : outcome->sqlstate);
}

struct bytes event_avro_encode(struct event_avro *avro, const struct event_data *data, struct arena *arena)
{
    if (data->outcome->kind == OUTCOME_CREATED) {
        set_created(&avro->created.value, data, arena);
        return record_writer_write(&avro->created, arena);
    }
    set_rejected(&avro->rejected.value, data);
    return record_writer_write(&avro->rejected, arena);
}

struct event_avro *event_avro_new(const struct schemas *schemas, const struct event_ids *ids)
{
    struct event_avro *avro = memory_zeroed(1, sizeof *avro);

    record_writer_open(&avro->created, schemas_builtin(schemas, "StudySessionCreated"),
                       ids == NULL ? NULL : &ids->created);
    record_writer_open(&avro->rejected, schemas_builtin(schemas, "StudySessionRejected"),
                       ids == NULL ? NULL : &ids->rejected);
    return avro;
}

void event_avro_free(struct event_avro *avro)
{
    if (avro == NULL)
        return;
    record_writer_close(&avro->created);
    record_writer_close(&avro->rejected);
    free(avro);
}
