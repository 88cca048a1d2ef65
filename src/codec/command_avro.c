#include "codec/command_avro.h"

#include "avro/walk.h"

bool command_avro_plan(struct avro_obj_t *schema, enum plan_top top, struct arena *arena, struct walk_plan *plan,
                       const char **reason)
{
    /* In the order of the enum, so that the number of a plan's name is a field of the command. */
    const char *const names[] = {command_field_name(COMMAND_FIELD_COMMAND_ID),
                                 command_field_name(COMMAND_FIELD_GROUP_ID),
                                 command_field_name(COMMAND_FIELD_STUDY_ACTIVITY_ID), NULL};

    return walk_plan_make(schema, top, names, arena, plan, reason);
}

static bool read_int(struct walk *walk, const struct plan_node *node, struct field_int *field)
{
    if (node->kind != PLAN_INT && node->kind != PLAN_LONG) {
        field->state = FIELD_INVALID;
        return walk_kind(walk, node);
    }
    field->state = FIELD_VALUE;
    return node->kind == PLAN_INT ? walk_int(walk, &field->value) : walk_long(walk, &field->value);
}

static bool read_uuid(struct walk *walk, const struct plan_node *node, struct field_uuid *field)
{
    struct bytes text;
    struct uuid uuid;

    if (node->kind != PLAN_STRING) {
        field->state = FIELD_INVALID;
        return walk_kind(walk, node);
    }
    if (!walk_string(walk, &text))
        return false;
    *field =
        uuid_parse(text, &uuid) ? (struct field_uuid){FIELD_VALUE, uuid} : (struct field_uuid){.state = FIELD_INVALID};
    return true;
}

static bool read_field(struct walk *walk, const struct plan_node *field, struct command *command)
{
    const struct plan_node *node = field;

    if (field->name == COMMAND_FIELD_NONE)
        return walk_value(walk, field);
    if (!walk_branch(walk, &node))
        return false;
    if (node->kind == PLAN_NULL)
        return true;
    switch (field->name) {
    case COMMAND_FIELD_GROUP_ID: return read_int(walk, node, &command->group_id);
    case COMMAND_FIELD_STUDY_ACTIVITY_ID: return read_int(walk, node, &command->study_activity_id);
    default: return read_uuid(walk, node, &command->command_id);
    }
}

static bool read_command(struct walk *walk, const struct plan_node *record, struct command *command)
{
    if (!walk_branch(walk, &record))
        return false;
    if (record->kind != PLAN_RECORD)
        return walk_fail(walk, "the Avro value is not a record");
    walk->depth = 1;
    for (uint32_t i = 0; i < (uint64_t)record->count; i++)
        if (!read_field(walk, &walk->nodes[record->first + i], command))
            return false;
    return walk->at == walk->end || walk_fail(walk, "there are bytes after the Avro value");
}

bool command_avro_decode(const struct walk_plan *writer, struct bytes bytes, struct command *command,
                         struct refusal *refusal)
{
    struct walk walk = walk_start(writer, bytes);

    memset(command, 0, sizeof *command);
    if (read_command(&walk, &writer->nodes[writer->top], command))
        return true;
    memset(command, 0, sizeof *command);
    *refusal = (struct refusal){.rule = walk.reason, .at = (size_t)(walk.at - bytes.data), .ended = walk.ended};
    return false;
}
