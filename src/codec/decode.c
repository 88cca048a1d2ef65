#include "codec/decode.h"

#include "codec/command_avro.h"
#include "avro/top_fields.h"
#include "codec/encoding.h"
#include "codec/framing.h"
#include "codec/command_json.h"
#include "codec/unframed.h"

/* A record on its way to a command. */
struct decoding {
    const struct decode_options *options;
    const struct record *record;
    struct arena *arena;
    const char **reason;
};

static enum errcode undecodable(struct decoding *decoding, const char *why)
{
    *decoding->reason = why;
    return ERRCODE_UNDECODABLE;
}

/* Notes why `body` was refused. Its bytes are counted from the beginning of the value. */
static enum errcode refused(struct decoding *decoding, struct bytes body, struct refusal *refusal)
{
    if (refusal->inside == NULL)
        refusal->at += (size_t)(body.data - decoding->record->value.data);
    return undecodable(decoding, refusal_text(refusal, decoding->arena));
}

/* A number that names no schema may also be the beginning of something else, which the text then says. */
static enum errcode unknown_schema(struct decoding *decoding, const char *why)
{
    const char *encoding = encoding_rule(decoding->record->value);

    *decoding->reason =
        encoding == NULL ? why : (const char *)arena_printf(decoding->arena, "%s (%s)", why, encoding).data;
    return ERRCODE_UNKNOWN_SCHEMA;
}

static enum errcode decode_avro(struct decoding *decoding, const struct walk_plan *writer, struct bytes bytes,
                                struct command *command)
{
    struct refusal refusal;

    return command_avro_decode(writer, bytes, command, &refusal) ? ERRCODE_NONE : refused(decoding, bytes, &refusal);
}

static enum errcode decode_single_object(struct decoding *decoding, struct command *command)
{
    struct bytes body, value = decoding->record->value;
    uint64_t fingerprint;

    if (!framing_fingerprint(value, &fingerprint, &body)) {
        struct refusal refusal = {.rule =
                                      "C3 01 and a fingerprint of 8 bytes (Avro's single-object encoding) is expected",
                                  .at = value.len < 2 ? 0 : value.len,
                                  .ended = value.len >= 2};
        return refused(decoding, value, &refusal);
    }
    const struct schema *writer = schemas_find(decoding->options->schemas, fingerprint);
    if (writer == NULL)
        return unknown_schema(decoding, "no known schema has this Avro fingerprint");
    return decode_avro(decoding, schema_plan(writer), body, command);
}

static enum errcode decode_json(struct decoding *decoding, struct bytes bytes, bool structured, struct command *command)
{
    struct refusal refusal;

    return command_json_decode(bytes, structured, decoding->arena, command, &refusal)
               ? ERRCODE_NONE
               : refused(decoding, bytes, &refusal);
}

/* ---- Schemas by id ---- */

/* NULL when there is no registry, or nothing is known of the id. */
static const struct cached_schema *registered_schema(const struct decode_options *options, const struct record *record,
                                                     enum framing framing, struct bytes *body)
{
    struct schema_id id;

    framing_schema_id(record, framing, &id, body);
    return options->schema_cache == NULL ? NULL : schema_cache_find(options->schema_cache, &id);
}

static enum errcode decode_registered(struct decoding *decoding, enum framing framing, struct command *command)
{
    struct bytes body;
    const struct cached_schema *schema = registered_schema(decoding->options, decoding->record, framing, &body);

    if (decoding->options->schema_cache == NULL)
        return unknown_schema(decoding, "no schema registry is configured");
    switch (schema == NULL ? CACHED_SCHEMA_MISSING : schema->state) {
    case CACHED_SCHEMA_AVRO: return decode_avro(decoding, &schema->plan, body, command);
    case CACHED_SCHEMA_JSON: return decode_json(decoding, body, false, command);
    case CACHED_SCHEMA_UNUSABLE: return undecodable(decoding, schema->reason);
    case CACHED_SCHEMA_MISSING:
    case CACHED_SCHEMA_ASKED: break;
    }
    return unknown_schema(decoding, "the schema registry knows no schema of this id");
}

/* ---- The whole ---- */

/* Why the value need not be looked at; NULL when it has to be. */
static const char *why_unread(const struct decode_options *options, const struct record *record)
{
    if (record->headers_unreadable)
        return "the record's headers cannot be read";
    if (record_size(record) > options->max_bytes)
        return "key, value and headers are larger than commands.max.bytes";
    if (record->value.data == NULL)
        return "the record has no value (a tombstone)";
    return record->value.len == 0 ? "the value is empty" : NULL;
}

/* The framing, or FRAMING_NONE when the value need not be looked at. */
static enum framing framing_to_read(const struct decode_options *options, const struct record *record)
{
    return why_unread(options, record) == NULL ? framing_of(record, options->format) : FRAMING_NONE;
}

bool decode_schema_id(const struct decode_options *options, const struct record *record, struct schema_id *id)
{
    struct bytes body;
    enum framing framing = framing_to_read(options, record);

    if (framing != FRAMING_REGISTERED_HEADER && framing != FRAMING_REGISTERED_PREFIX)
        return false;
    framing_schema_id(record, framing, id, &body);
    return true;
}

enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason)
{
    struct decoding decoding = {options, record, arena, reason};

    memset(command, 0, sizeof *command);
    *reason = why_unread(options, record);
    if (*reason != NULL)
        return ERRCODE_UNDECODABLE;
    enum framing framing = framing_of(record, options->format);
    switch (framing) {
    case FRAMING_REGISTERED_HEADER:
    case FRAMING_REGISTERED_PREFIX: return decode_registered(&decoding, framing, command);
    case FRAMING_SINGLE_OBJECT: return decode_single_object(&decoding, command);
    case FRAMING_CLOUDEVENT: return decode_json(&decoding, record->value, true, command);
    case FRAMING_JSON: return decode_json(&decoding, record->value, false, command);
    case FRAMING_NONE: break;
    }
    return undecodable(&decoding, unframed_reason(record->value, options->format, arena));
}

/* ---- Names ---- */

static void names_of_registered(const struct cached_schema *schema, struct bytes body, struct arena *arena,
                                void (*offer)(void *opaque, struct bytes name), void *opaque)
{
    if (schema != NULL && schema->state == CACHED_SCHEMA_AVRO)
        top_field_names(schema->avro, offer, opaque);
    else if (schema != NULL && schema->state == CACHED_SCHEMA_JSON)
        command_json_names(body, false, arena, offer, opaque);
}

void decode_names(const struct decode_options *options, const struct record *record, struct arena *arena,
                  void (*offer)(void *opaque, struct bytes name), void *opaque)
{
    enum framing framing = framing_to_read(options, record);
    const struct schema *writer;
    uint64_t fingerprint;
    struct bytes body;

    switch (framing) {
    case FRAMING_REGISTERED_HEADER:
    case FRAMING_REGISTERED_PREFIX:
        names_of_registered(registered_schema(options, record, framing, &body), body, arena, offer, opaque);
        break;
    case FRAMING_SINGLE_OBJECT:
        writer = framing_fingerprint(record->value, &fingerprint, &body) ? schemas_find(options->schemas, fingerprint)
                                                                         : NULL;
        if (writer != NULL)
            top_field_names(schema_avro(writer), offer, opaque);
        break;
    case FRAMING_CLOUDEVENT: command_json_names(record->value, true, arena, offer, opaque); break;
    case FRAMING_JSON: command_json_names(record->value, false, arena, offer, opaque); break;
    case FRAMING_NONE: break;
    }
}
