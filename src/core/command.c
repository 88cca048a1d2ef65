#include "core/command.h"

static const char *const field_names[] = {
    [COMMAND_FIELD_NONE] = NULL,
    [COMMAND_FIELD_COMMAND_ID] = "command_id",
    [COMMAND_FIELD_GROUP_ID] = "group_id",
    [COMMAND_FIELD_STUDY_ACTIVITY_ID] = "study_activity_id",
};

const char *command_field_name(enum command_field field)
{
    return field_names[field];
}

static struct bytes header_value(const struct record *record, const char *name)
{
    const struct header *header = record_header(record, name);

    return header == NULL ? (struct bytes){0} : header->value;
}

struct bytes command_ce_id(const struct command *command, const struct record *record)
{
    struct bytes ce_id = command->structured ? command->ce_id : header_value(record, "ce_id");
    struct uuid id;

    return uuid_parse(ce_id, &id) && !uuid_identifies(&id) ? (struct bytes){0} : ce_id;
}

bool command_redriven_id(const struct record *record, struct uuid *id)
{
    return uuid_parse(header_value(record, "__dlq.errors.command.id"), id) && uuid_identifies(id);
}

/*
 * True with the id when the record has a CloudEvents id. A UUID is taken as it is; other ids are unique only per
 * source.
 */
static bool ce_identity(const struct command *command, const struct record *record, struct arena *arena,
                        struct uuid *id)
{
    struct bytes ce_id = command_ce_id(command, record);
    struct bytes source = command->structured ? command->ce_source : header_value(record, "ce_source");

    if (ce_id.len == 0)
        return false;
    if (uuid_parse(ce_id, id))
        return true;

    uint8_t *name = arena_alloc(arena, source.len + 1 + ce_id.len);
    if (source.len > 0)
        memcpy(name, source.data, source.len);
    name[source.len] = '\n';
    memcpy(name + source.len + 1, ce_id.data, ce_id.len);
    *id = uuid_v5(&uuid_namespace, (struct bytes){name, source.len + 1 + ce_id.len});
    return true;
}

struct uuid command_identity(const struct command *command, const struct record *record, struct arena *arena,
                             bool *brought)
{
    struct uuid id;

    *brought = true;
    if (command->command_id.state == FIELD_VALUE && uuid_identifies(&command->command_id.value))
        return command->command_id.value;
    if (command->command_id.state == FIELD_ABSENT && ce_identity(command, record, arena, &id))
        return id;
    *brought = false;
    return command_redriven_id(record, &id) ? id : record_derived_id(record, arena);
}
