#include "codec/command_encode.h"

#include "codec/record_writer.h"

static void set_id(avro_value_t *record, const struct command *command)
{
    char text[UUID_TEXT + 1];
    bool present = command->command_id.state == FIELD_VALUE;
    avro_value_t branch = record_set_present(record, "command_id", present);

    if (!present)
        return;
    uuid_format(&command->command_id.value, text);
    avro_must(avro_value_set_string(&branch, text));
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

bool command_encode_avro(const struct schemas *schemas, const int32_t *id, const struct command *command,
                         struct arena *arena, struct bytes *value, const char **reason)
{
    struct record_writer record;

    *reason = not_encodable(command);
    if (*reason != NULL)
        return false;
    record_writer_open(&record, schemas_builtin(schemas, "CreateStudySession"), id);
    set_id(&record.value, command);
    record_set_long(&record.value, "group_id", command->group_id.value);
    record_set_long(&record.value, "study_activity_id", command->study_activity_id.value);
    *value = record_writer_write(&record, arena);
    record_writer_close(&record);
    return true;
}
