#include "codec/avro_send.h"

#include "codec/avro_frame.h"
#include "ops/log.h"

#include <avro.h>
#include <stdlib.h>

/* avro-c fails here only without memory or when schema and code disagree. */
static void must(int failed)
{
    if (!failed)
        return;
    log_error("E-AVRO-01", "avro-c cannot encode a command: %s. Report this as a bug of sessiond.", avro_strerror());
    abort();
}

static avro_value_t field(avro_value_t *record, const char *name)
{
    avro_value_t value;

    must(avro_value_get_by_name(record, name, &value, NULL));
    return value;
}

static void set_id(avro_value_t *record, const struct command *command)
{
    char text[UUID_TEXT + 1];
    avro_value_t value = field(record, "command_id");
    avro_value_t branch;
    bool present = command->command_id.state == FIELD_VALUE;

    must(avro_value_set_branch(&value, present ? 1 : 0, &branch));
    if (!present)
        return;
    uuid_format(&command->command_id.value, text);
    must(avro_value_set_string(&branch, text));
}

static void set_long(avro_value_t *record, const char *name, int64_t number)
{
    avro_value_t value = field(record, name);

    must(avro_value_set_long(&value, number));
}

static struct bytes write_value(const struct avro_frame *frame, avro_value_t *value, struct arena *arena)
{
    size_t body;

    must(avro_value_sizeof(value, &body));
    uint8_t *start = arena_alloc(arena, frame->size + body);
    memcpy(start, frame->bytes, frame->size);
    avro_writer_t writer = avro_writer_memory((const char *)start + frame->size, (int64_t)body);
    must(writer == NULL);
    must(avro_value_write(writer, value));
    avro_writer_free(writer);
    return (struct bytes){start, frame->size + body};
}

static const char *not_encodable(const struct command *command)
{
    if (command->command_id.state == FIELD_INVALID)
        return "command_id is not a UUID";
    if (command->group_id.state != FIELD_VALUE)
        return "group_id is not an integer";
    if (command->study_activity_id.state != FIELD_VALUE)
        return "study_activity_id is not an integer";
    return NULL;
}

bool avro_send_encode(const struct schemas *schemas, const int32_t *id, const struct command *command,
                      struct arena *arena, struct bytes *value, const char **reason)
{
    const struct schema *schema = schemas_builtin(schemas, "CreateStudySession");
    struct avro_frame frame = id == NULL ? avro_frame_fingerprint(schema_fingerprint(schema)) : avro_frame_id(*id);
    avro_value_t record;

    *reason = not_encodable(command);
    if (*reason != NULL)
        return false;
    avro_value_iface_t *class = avro_generic_class_from_schema(schema_avro(schema));
    must(class == NULL);
    must(avro_generic_value_new(class, &record));
    set_id(&record, command);
    set_long(&record, "group_id", command->group_id.value);
    set_long(&record, "study_activity_id", command->study_activity_id.value);
    *value = write_value(&frame, &record, arena);
    avro_value_decref(&record);
    avro_value_iface_decref(class);
    return true;
}
