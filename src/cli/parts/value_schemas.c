#include "cli/parts/value_schemas.h"

#include "codec/value_print.h"
#include "codec/framing.h"
#include "core/memory.h"
#include "json/scan.h"
#include "json/writer.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "worker/resolver.h"

#include <stdlib.h>

#define PATIENCE_MS 5000
#define SLICE_MS    100

struct value_schemas {
    struct schemas *schemas;
    struct registry *registry; /* NULL: no registry is configured */
    struct schema_cache *schema_cache;
    bool silent; /* the registry has not answered in time */
};

struct value_schemas *value_schemas_open(const struct config *config, struct err *err)
{
    struct value_schemas *schemas = memory_zeroed(1, sizeof *schemas);

    schemas->schema_cache = schema_cache_new();
    schemas->schemas = schemas_open(config->schemas_dir, err);
    if (schemas->schemas != NULL && *config->schema_registry_url == NULL)
        return schemas;
    if (schemas->schemas != NULL && (schemas->registry = registry_open(config, err)) != NULL)
        return schemas;
    value_schemas_close(schemas);
    return NULL;
}

void value_schemas_close(struct value_schemas *schemas)
{
    if (schemas == NULL)
        return;
    registry_close(schemas->registry);
    schema_cache_free(schemas->schema_cache);
    schemas_close(schemas->schemas);
    free(schemas);
}

/* ---- Asking the registry ----------------------------------------------------------------------------------------- */

/* A schema that does not come in time counts as unknown from then on: a tool shows the bytes and continues. */
static void give_up(struct value_schemas *schemas, const struct schema_id *id, const struct err *err)
{
    char text[SCHEMA_ID_TEXT];

    schema_id_text(id, text);
    log_warning(E_SCHEMA_08, "no answer about schema %s: %s\n  values of it are shown as bytes", text,
                err->class == ERR_NONE ? "the registry is silent" : err->message);
    schema_cache_missing(schemas->schema_cache, id, clock_ms());
    schemas->silent = true;
}

static const struct cached_schema *look_up(struct value_schemas *schemas, const struct schema_id *id)
{
    const struct cached_schema *schema = schema_cache_find(schemas->schema_cache, id);
    int64_t until_ms = clock_ms() + PATIENCE_MS;
    struct registry_answer answer;
    struct err err = {0};

    if (schema != NULL)
        return schema;
    schema_cache_asked(schemas->schema_cache, id);
    registry_ask(schemas->registry, id);
    while (schema_cache_find(schemas->schema_cache, id)->state == CACHED_SCHEMA_ASKED) {
        if (registry_next(schemas->registry, SLICE_MS, &answer, &err) == DONE)
            resolver_take(schemas->schema_cache, &answer);
        else if (clock_ms() >= until_ms || stop_requested())
            give_up(schemas, id, &err);
    }
    return schema_cache_find(schemas->schema_cache, id);
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static bool print_json(struct bytes value, struct json_writer *json)
{
    struct scanner scan = scan_start(value);

    if (value.data == NULL || !scan_value(&scan) || !scan_finish(&scan))
        return false;
    write_on_one_line(json, value);
    return true;
}

static bool print_registered(struct value_schemas *schemas, const struct record *record, enum framing framing,
                             struct json_writer *json)
{
    struct schema_id id;
    struct bytes body;

    framing_schema_id(record, framing, &id, &body);
    const struct cached_schema *schema = look_up(schemas, &id);
    switch (schema->state) {
    case CACHED_SCHEMA_AVRO: return value_print_cached(schema, body, json);
    case CACHED_SCHEMA_JSON: return print_json(body, json);
    default: return false;
    }
}

bool value_print(struct value_schemas *schemas, const struct record *record, struct json_writer *json)
{
    enum framing framing = framing_of(record, COMMANDS_AUTO);
    bool registered = framing == FRAMING_REGISTERED_HEADER || framing == FRAMING_REGISTERED_PREFIX;

    if (record->value.data == NULL) {
        write_null(json);
        return true;
    }
    if (registered && schemas->registry != NULL && print_registered(schemas, record, framing, json))
        return true;
    return value_print_avro(schemas->schemas, record->value, json) || print_json(record->value, json);
}

/* ---- Decoding ---------------------------------------------------------------------------------------------------- */

const struct schemas *value_schemas_all(const struct value_schemas *schemas)
{
    return schemas->schemas;
}

struct decode_options value_schemas_decode(struct value_schemas *schemas, const struct config *config)
{
    return (struct decode_options){
        .format = config->commands_format,
        .max_bytes = (size_t)config->commands_max_bytes,
        .schemas = schemas->schemas,
        .schema_cache = schemas->registry == NULL ? NULL : schemas->schema_cache,
    };
}

void value_schemas_learn(struct value_schemas *schemas, const struct decode_options *options,
                         const struct record *record)
{
    struct schema_id id;

    if (schemas->registry == NULL || schemas->silent || !decode_schema_id(options, record, &id) ||
        schema_cache_find(schemas->schema_cache, &id) != NULL)
        return;
    schema_cache_trim(schemas->schema_cache, clock_ms());
    (void)look_up(schemas, &id);
}
