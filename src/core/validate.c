#include "core/validate.h"

static void add(struct violations *violations, enum command_field field, enum errcode code)
{
    violations->list[violations->count++] = (struct violation){field, code};
}

static bool out_of_range(struct field_int field)
{
    return field.state == FIELD_INVALID || (field.state == FIELD_VALUE && field.value < 1);
}

/* The nil and the max UUID identify nothing. */
static bool no_id(struct field_uuid field)
{
    return field.state == FIELD_INVALID || (field.state == FIELD_VALUE && !uuid_identifies(&field.value));
}

void validate(const struct command *command, bool id_missing, struct violations *violations)
{
    violations->count = 0;

    if (id_missing)
        add(violations, COMMAND_FIELD_COMMAND_ID, ERRCODE_MISSING_FIELD);
    if (command->group_id.state == FIELD_ABSENT)
        add(violations, COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD);
    if (command->study_activity_id.state == FIELD_ABSENT)
        add(violations, COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_MISSING_FIELD);

    if (no_id(command->command_id))
        add(violations, COMMAND_FIELD_COMMAND_ID, ERRCODE_INVALID_FIELD);
    if (out_of_range(command->group_id))
        add(violations, COMMAND_FIELD_GROUP_ID, ERRCODE_INVALID_FIELD);
    if (out_of_range(command->study_activity_id))
        add(violations, COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_INVALID_FIELD);
}
