#include "worker/resolver.h"

#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLICE_MS 50

/* What an earlier batch asked for and was dropped for does not hold this one up. */
static bool all_known(struct resolver *resolver, const struct batch *batch)
{
    struct schema_id id;

    for (size_t i = 0; i < batch->count; i++) {
        if (!decode_schema_id(resolver->decode, &batch->items[i].record, &id))
            continue;
        const struct registered_schema *schema = registered_find(resolver->decode->registered, &id);
        if (schema == NULL || schema->state == REGISTERED_ASKED)
            return false;
    }
    return true;
}

bool resolver_ask(struct resolver *resolver, const struct batch *batch)
{
    struct registered *registered = resolver->decode->registered;
    struct schema_id id;

    if (resolver->registry == NULL)
        return true;
    registered_trim(registered, clock_ms());
    for (size_t i = 0; i < batch->count; i++) {
        if (!decode_schema_id(resolver->decode, &batch->items[i].record, &id) ||
            registered_find(registered, &id) != NULL)
            continue;
        registered_asked(registered, &id);
        registry_ask(resolver->registry, &id);
    }
    return registered_waiting(registered) == 0 || all_known(resolver, batch);
}

void resolver_take(struct registered *registered, struct registry_answer *answer)
{
    if (answer->found)
        registered_found(registered, &answer->id, answer->type, answer->text);
    else
        registered_missing(registered, &answer->id, clock_ms());
    free(answer->text);
}

static void say_why(struct resolver *resolver, const struct err *err)
{
    uint64_t held_back;

    if (err->class != ERR_NONE && log_allowed(&resolver->limit, clock_ms(), &held_back))
        log_warning(err->code, "waiting for the schema registry: %s (%" PRIu64 " more held back)", err->message,
                    held_back);
}

bool resolver_wait(struct resolver *resolver, const struct batch *batch, struct err *err)
{
    struct registered *registered = resolver->decode->registered;
    struct registry_answer answer;

    while (source_epoch(resolver->beat->source) == batch->epoch) {
        if (registered_waiting(registered) > 0 && registry_next(resolver->registry, SLICE_MS, &answer, err) == DONE) {
            resolver_take(registered, &answer);
            continue;
        }
        if (all_known(resolver, batch))
            break;
        say_why(resolver, err);
        if (!beat_tick(resolver->beat, "waiting for the schema registry", err))
            return false;
        if (stop_requested())
            return err_clear(err);
    }
    return true;
}
