#include "worker/resolver.h"

#include "runtime/clock.h"
#include "runtime/stop.h"
#include "worker/observe.h"

#include <stdlib.h>

#define SLICE_MS 50

/* Ids that an earlier, dropped batch has asked for do not hold this one up. */
static bool all_known(struct resolver *resolver, const struct batch *batch)
{
    struct schema_id id;

    for (size_t i = 0; i < batch->count; i++) {
        if (!decode_schema_id(resolver->decode, &batch->items[i].record, &id))
            continue;
        const struct cached_schema *schema = schema_cache_find(resolver->decode->schema_cache, &id);
        if (schema == NULL || schema->state == CACHED_SCHEMA_ASKED)
            return false;
    }
    return true;
}

bool resolver_ask(struct resolver *resolver, const struct batch *batch)
{
    struct schema_cache *schema_cache = resolver->decode->schema_cache;
    struct schema_id id;

    if (resolver->registry == NULL)
        return true;
    schema_cache_trim(schema_cache, clock_ms());
    for (size_t i = 0; i < batch->count; i++) {
        if (!decode_schema_id(resolver->decode, &batch->items[i].record, &id) ||
            schema_cache_find(schema_cache, &id) != NULL)
            continue;
        schema_cache_asked(schema_cache, &id);
        registry_ask(resolver->registry, &id);
    }
    return schema_cache_waiting(schema_cache) == 0 || all_known(resolver, batch);
}

void resolver_take(struct schema_cache *schema_cache, struct registry_answer *answer)
{
    if (answer->found)
        schema_cache_found(schema_cache, &answer->id, answer->type, answer->text);
    else
        schema_cache_missing(schema_cache, &answer->id, clock_ms());
    free(answer->text);
}

static void say_why(struct resolver *resolver, const struct err *err)
{
    if (err->class == ERR_NONE)
        return;
    observe_failed(DEPENDENCY_REGISTRY, err, 0);
    log_limited(&resolver->limit, clock_ms(), err->code, "waiting for the schema registry: %s", err->message);
}

bool resolver_wait(struct resolver *resolver, const struct batch *batch, struct err *err)
{
    struct schema_cache *schema_cache = resolver->decode->schema_cache;
    struct registry_answer answer;
    struct err trouble = {0};

    (void)observe_calling(DEPENDENCY_REGISTRY);
    while (source_epoch(resolver->keepalive->source) == batch->epoch) {
        if (schema_cache_waiting(schema_cache) > 0 &&
            registry_next(resolver->registry, SLICE_MS, &answer, &trouble) == DONE) {
            resolver_take(schema_cache, &answer);
            continue;
        }
        if (all_known(resolver, batch)) {
            observe_up(DEPENDENCY_REGISTRY);
            return true;
        }
        say_why(resolver, &trouble);
        if (!keepalive_tick(resolver->keepalive, "waiting for the schema registry", err))
            return false;
        if (stop_requested())
            return err_interrupted(err, "waiting for the schema registry");
    }
    observe_left(DEPENDENCY_REGISTRY);
    return true;
}
