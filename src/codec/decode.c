#include "codec/decode.h"

#include "codec/avro_command.h"
#include "codec/framing.h"
#include "codec/json_command.h"

#define SINGLE_OBJECT_HEADER 10 /* C3 01, 8 bytes of fingerprint, the lowest first */

static enum errcode undecodable(const char **reason, const char *why)
{
    *reason = why;
    return ERRCODE_UNDECODABLE;
}

static enum errcode unknown_schema(const char **reason, const char *why)
{
    *reason = why;
    return ERRCODE_UNKNOWN_SCHEMA;
}

static uint64_t little_endian_64(const uint8_t *bytes)
{
    uint64_t value = 0;

    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

static enum errcode decode_avro(const struct schema *writer, struct bytes bytes, struct command *command,
                                const char **reason)
{
    return avro_command_decode(schema_plan(writer), bytes, command, reason) ? ERRCODE_NONE : ERRCODE_UNDECODABLE;
}

static enum errcode decode_single_object(const struct schemas *schemas, struct bytes value, struct command *command,
                                         const char **reason)
{
    if (value.len < SINGLE_OBJECT_HEADER)
        return undecodable(reason, "the Avro single-object header is cut off");
    const struct schema *writer = schemas_find(schemas, little_endian_64(value.data + 2));
    if (writer == NULL)
        return unknown_schema(reason, "no known schema has this Avro fingerprint");
    struct bytes body = {value.data + SINGLE_OBJECT_HEADER, value.len - SINGLE_OBJECT_HEADER};
    return decode_avro(writer, body, command, reason);
}

static enum errcode decode_json(const struct record *record, bool structured, struct arena *arena,
                                struct command *command, const char **reason)
{
    return json_command_decode(record->value, structured, arena, command, reason) ? ERRCODE_NONE : ERRCODE_UNDECODABLE;
}

static const char *why_none(enum commands_format format)
{
    return format == COMMANDS_AUTO ? "the value is neither JSON nor Avro in a known framing"
                                   : "the value is not in the format that commands.format asks for";
}

enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason)
{
    memset(command, 0, sizeof *command);
    if (record_size(record) > options->max_bytes)
        return undecodable(reason, "key, value and headers are larger than commands.max.bytes");
    if (record->value.data == NULL)
        return undecodable(reason, "the record has no value (a tombstone)");
    if (record->value.len == 0)
        return undecodable(reason, "the value is empty");

    switch (framing_of(record, options->format)) {
    case FRAMING_REGISTERED_HEADER:
    case FRAMING_REGISTERED_PREFIX: return unknown_schema(reason, "no schema registry is configured");
    case FRAMING_SINGLE_OBJECT: return decode_single_object(options->schemas, record->value, command, reason);
    case FRAMING_CLOUDEVENT: return decode_json(record, true, arena, command, reason);
    case FRAMING_JSON: return decode_json(record, false, arena, command, reason);
    case FRAMING_NONE: break;
    }
    return undecodable(reason, why_none(options->format));
}
