#include "cli/parts/codecs.h"

#include "cli/parts/subject_id.h"

static bool open_registry(struct codecs *codecs, const struct config *config, struct err *err)
{
    if (*config->schema_registry_url == NULL)
        return true;
    codecs->schema_cache = schema_cache_new();
    codecs->registry = registry_open(config, err);
    return codecs->registry != NULL;
}

static bool find_event_ids(const struct schemas *schemas, const struct config *config, struct event_ids *ids,
                           struct err *err)
{
    if (config->events_format != EVENTS_CONFLUENT)
        return true;
    return subject_id_find(config, schemas, SCHEMAS_CREATED, config->startup_timeout_ms, &ids->created, err) &&
           subject_id_find(config, schemas, SCHEMAS_REJECTED, config->startup_timeout_ms, &ids->rejected, err);
}

bool codecs_open_decoding(struct codecs *codecs, const struct config *config, struct err *err)
{
    codecs->schemas = schemas_open(config->schemas_dir, err);
    if (codecs->schemas == NULL || !open_registry(codecs, config, err))
        return false;
    codecs->decode = (struct decode_options){
        .format = config->commands_format,
        .max_bytes = (size_t)config->commands_max_bytes,
        .schemas = codecs->schemas,
        .schema_cache = codecs->schema_cache,
    };
    return true;
}

bool codecs_open(struct codecs *codecs, const struct config *config, struct err *err)
{
    struct event_ids ids = {0};

    if (!codecs_open_decoding(codecs, config, err) || !find_event_ids(codecs->schemas, config, &ids, err))
        return false;
    struct event_settings settings = event_settings_of(config);
    codecs->encoder = event_encoder_new(&settings, codecs->schemas, &ids);
    return true;
}

void codecs_close(struct codecs *codecs)
{
    event_encoder_free(codecs->encoder);
    registry_close(codecs->registry);
    schema_cache_free(codecs->schema_cache);
    schemas_close(codecs->schemas);
}
