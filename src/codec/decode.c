#include "codec/decode.h"

#include "codec/avro_command.h"
#include "codec/framing.h"
#include "codec/json_command.h"

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

static enum errcode decode_avro(const struct avro_plan *writer, struct bytes bytes, struct command *command,
                                const char **reason)
{
    return avro_command_decode(writer, bytes, command, reason) ? ERRCODE_NONE : ERRCODE_UNDECODABLE;
}

static enum errcode decode_single_object(const struct schemas *schemas, struct bytes value, struct command *command,
                                         const char **reason)
{
    uint64_t fingerprint;
    struct bytes body;

    if (!framing_fingerprint(value, &fingerprint, &body))
        return undecodable(reason, "the Avro single-object header is cut off");
    const struct schema *writer = schemas_find(schemas, fingerprint);
    if (writer == NULL)
        return unknown_schema(reason, "no known schema has this Avro fingerprint");
    return decode_avro(schema_plan(writer), body, command, reason);
}

static enum errcode decode_json(struct bytes value, bool structured, struct arena *arena, struct command *command,
                                const char **reason)
{
    return json_command_decode(value, structured, arena, command, reason) ? ERRCODE_NONE : ERRCODE_UNDECODABLE;
}

/* ---- Schemas by id ---- */

static enum errcode decode_registered(const struct decode_options *options, const struct record *record,
                                      enum framing framing, struct arena *arena, struct command *command,
                                      const char **reason)
{
    struct schema_id id;
    struct bytes body;

    framing_schema_id(record, framing, &id, &body);
    if (options->registered == NULL)
        return unknown_schema(reason, "no schema registry is configured");
    const struct registered_schema *schema = registered_find(options->registered, &id);
    switch (schema == NULL ? REGISTERED_MISSING : schema->state) {
    case REGISTERED_AVRO: return decode_avro(&schema->plan, body, command, reason);
    case REGISTERED_JSON: return decode_json(body, false, arena, command, reason);
    case REGISTERED_UNUSABLE: return undecodable(reason, schema->reason);
    case REGISTERED_MISSING:
    case REGISTERED_ASKED: break;
    }
    return unknown_schema(reason, "the schema registry knows no schema of this id");
}

/* ---- The whole ---- */

static const char *why_none(enum commands_format format)
{
    return format == COMMANDS_AUTO ? "the value is neither JSON nor Avro in a known framing"
                                   : "the value is not in the format that commands.format asks for";
}

/* FRAMING_NONE and a reason: nothing in the value needs to be looked at. */
static enum framing look(const struct decode_options *options, const struct record *record, const char **reason)
{
    enum framing framing = FRAMING_NONE;

    if (record->headers_unreadable)
        *reason = "the record's headers cannot be read";
    else if (record_size(record) > options->max_bytes)
        *reason = "key, value and headers are larger than commands.max.bytes";
    else if (record->value.data == NULL)
        *reason = "the record has no value (a tombstone)";
    else if (record->value.len == 0)
        *reason = "the value is empty";
    else if ((framing = framing_of(record, options->format)) == FRAMING_NONE)
        *reason = why_none(options->format);
    return framing;
}

bool decode_schema_id(const struct decode_options *options, const struct record *record, struct schema_id *id)
{
    const char *reason;
    struct bytes body;
    enum framing framing = look(options, record, &reason);

    if (framing != FRAMING_REGISTERED_HEADER && framing != FRAMING_REGISTERED_PREFIX)
        return false;
    framing_schema_id(record, framing, id, &body);
    return true;
}

enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason)
{
    enum framing framing = look(options, record, reason);

    memset(command, 0, sizeof *command);
    switch (framing) {
    case FRAMING_REGISTERED_HEADER:
    case FRAMING_REGISTERED_PREFIX: return decode_registered(options, record, framing, arena, command, reason);
    case FRAMING_SINGLE_OBJECT: return decode_single_object(options->schemas, record->value, command, reason);
    case FRAMING_CLOUDEVENT: return decode_json(record->value, true, arena, command, reason);
    case FRAMING_JSON: return decode_json(record->value, false, arena, command, reason);
    case FRAMING_NONE: break;
    }
    return ERRCODE_UNDECODABLE;
}
