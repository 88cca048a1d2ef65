#include "cli/parts/value_schemas.h"

#include "codec/value_print.h"
#include "codec/framing.h"
#include "json/scan.h"
#include "json/json_write.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "worker/resolver.h"

#include <stdlib.h>

#define PATIENCE_MS 5000
#define SLICE_MS    100

struct value_schemas {
    struct schemas *schemas;
    struct registry *registry; /* NULL: none is configured */
    struct schema_cache *schema_cache;
};

struct value_schemas *value_schemas_open(const struct config *config, struct err *err)
{
    struct value_schemas *schemas = calloc(1, sizeof *schemas);

    if (schemas == NULL)
        abort();
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

/* What does not come in time is taken for unknown from then on: a tool shows the bytes and goes on. */
static void give_up(struct value_schemas *schemas, const struct schema_id *id, const struct err *err)
{
    char text[SCHEMA_ID_TEXT];

    schema_id_text(id, text);
    log_warning(E_SCHEMA_08, "no answer about schema %s: %s\n  values of it are shown as bytes", text,
                err->class == ERR_NONE ? "the registry is silent" : err->message);
    schema_cache_missing(schemas->schema_cache, id, clock_ms());
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

static bool print_json(struct bytes value, FILE *out)
{
    struct scanner scan = scan_start(value);

    if (value.data == NULL || !scan_value(&scan) || !scan_finish(&scan))
        return false;
    json_write_line(out, value);
    return true;
}

static bool print_registered(struct value_schemas *schemas, const struct record *record, enum framing framing,
                             FILE *out)
{
    struct schema_id id;
    struct bytes body;

    framing_schema_id(record, framing, &id, &body);
    const struct cached_schema *schema = look_up(schemas, &id);
    switch (schema->state) {
    case CACHED_SCHEMA_AVRO: return value_print_cached(schema, body, out);
    case CACHED_SCHEMA_JSON: return print_json(body, out);
    default: return false;
    }
}

bool value_print(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    enum framing framing = framing_of(record, COMMANDS_AUTO);
    bool registered = framing == FRAMING_REGISTERED_HEADER || framing == FRAMING_REGISTERED_PREFIX;

    if (record->value.data == NULL) {
        fputs("null", out);
        return true;
    }
    if (registered && schemas->registry != NULL && print_registered(schemas, record, framing, out))
        return true;
    return value_print_avro(schemas->schemas, record->value, out) || print_json(record->value, out);
}
