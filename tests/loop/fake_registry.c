/*
 * registry/registry.h: knows one schema, answers in the order of the questions.
 */
#include "fakes.h"

#include "runtime/clock.h"

#include <stdlib.h>

void registry_ask(struct registry *registry, const struct schema_id *id)
{
    registry->asked = realloc(registry->asked, (registry->count + 1) * sizeof *id);
    if (registry->asked == NULL)
        abort();
    for (size_t i = 0; i < registry->count; i++)
        if (schema_id_equal(&registry->asked[i], id))
            world_violation("the registry was asked twice for one id");
    registry->asked[registry->count++] = *id;
}

enum progress registry_next(struct registry *registry, int timeout_ms, struct registry_answer *answer, struct err *err)
{
    enum fault fault = call_enter(registry->process, CALL_REGISTRY);

    err_clear(err);
    if (fault == FAULT_PENDING || registry->count == 0) {
        clock_sleep_ms(timeout_ms);
        if (fault == FAULT_PENDING)
            err_set(err, ERR_RETRY, 0, "E-FAKE", "503");
        return PENDING;
    }
    struct schema_id id = registry->asked[0];
    bool found = !id.is_guid && id.number == FAKE_REGISTRY_KNOWN;
    *answer = (struct registry_answer){.id = id, .found = found, .type = SCHEMA_JSON};
    memmove(registry->asked, registry->asked + 1, --registry->count * sizeof id);
    return DONE;
}
