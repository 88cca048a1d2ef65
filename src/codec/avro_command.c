#include "codec/avro_command.h"

#include "avro/avro_walk.h"

static bool read_int(struct avro_walk *walk, const struct avro_node *node, struct field_int *field)
{
    if (node->kind != AVRO_KIND_INT && node->kind != AVRO_KIND_LONG) {
        field->state = FIELD_INVALID;
        return avro_walk_kind(walk, node);
    }
    field->state = FIELD_VALUE;
    return node->kind == AVRO_KIND_INT ? avro_walk_int(walk, &field->value) : avro_walk_long(walk, &field->value);
}

static bool read_uuid(struct avro_walk *walk, const struct avro_node *node, struct field_uuid *field)
{
    struct bytes text;
    struct uuid uuid;

    if (node->kind != AVRO_KIND_STRING) {
        field->state = FIELD_INVALID;
        return avro_walk_kind(walk, node);
    }
    if (!avro_walk_string(walk, &text))
        return false;
    *field =
        uuid_parse(text, &uuid) ? (struct field_uuid){FIELD_VALUE, uuid} : (struct field_uuid){.state = FIELD_INVALID};
    return true;
}

static bool read_field(struct avro_walk *walk, const struct avro_node *field, struct command *command)
{
    const struct avro_node *node = field;

    if (field->field == COMMAND_FIELD_NONE)
        return avro_walk_value(walk, field);
    if (!avro_walk_branch(walk, &node))
        return false;
    if (node->kind == AVRO_KIND_NULL)
        return true;
    switch (field->field) {
    case COMMAND_FIELD_GROUP_ID: return read_int(walk, node, &command->group_id);
    case COMMAND_FIELD_STUDY_ACTIVITY_ID: return read_int(walk, node, &command->study_activity_id);
    default: return read_uuid(walk, node, &command->command_id);
    }
}

static bool read_command(struct avro_walk *walk, const struct avro_node *record, struct command *command)
{
    if (!avro_walk_branch(walk, &record))
        return false;
    if (record->kind != AVRO_KIND_RECORD)
        return avro_walk_fail(walk, "the Avro value is not a record");
    walk->depth = 1;
    for (uint32_t i = 0; i < (uint64_t)record->count; i++)
        if (!read_field(walk, &walk->nodes[record->first + i], command))
            return false;
    return walk->at == walk->end || avro_walk_fail(walk, "there are bytes after the Avro value");
}

bool avro_command_decode(const struct avro_plan *writer, struct bytes bytes, struct command *command,
                         struct refusal *refusal)
{
    struct avro_walk walk = {.at = bytes.data, .end = bytes.len == 0 ? bytes.data : bytes.data + bytes.len};

    walk.nodes = writer->nodes;
    memset(command, 0, sizeof *command);
    if (read_command(&walk, &writer->nodes[writer->top], command))
        return true;
    memset(command, 0, sizeof *command);
    *refusal = (struct refusal){.rule = walk.reason, .at = (size_t)(walk.at - bytes.data), .ended = walk.ended};
    return false;
}
