#include "cli/parts/subject_id.h"

#include "runtime/backoff.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLICE_MS 100

static bool not_registered(const struct schemas_own *own, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_SCHEMA_07,
                   "the schema registry does not have %s under the subject %s\n"
                   "  fix: sessiond schemas register, or schema.registry.auto.register=true, or another format",
                   own->record, own->subject);
}

enum subjects_answer subject_id_ask(struct subjects *subjects, const struct schemas_own *own, bool may_register,
                                    int32_t *id, struct err *err)
{
    struct subjects_version found;
    enum subjects_answer answer = subjects_find(subjects, own->subject, schema_text(own->schema), &found, err);

    if (answer == SUBJECTS_YES)
        *id = found.id;
    if (answer != SUBJECTS_NO)
        return answer;
    if (may_register)
        return subjects_register(subjects, own->subject, schema_text(own->schema), id, err);
    (void)not_registered(own, err);
    return SUBJECTS_NO;
}

/*
 * A registry that never answered is more likely a wrong name than an outage; one that keeps saying 401 refuses our
 * credentials.
 */
static bool give_up(const struct err *why, struct err *err)
{
    if (why->exit_code == EXIT_PERMISSION)
        return err_set(err, ERR_STOP, EXIT_PERMISSION, why->code,
                       "the schema registry does not let us in: %.500s\n"
                       "  fix: correct schema.registry.basic.auth.user.info or schema.registry.bearer.auth.token",
                       why->message);
    return err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_START_01,
                   "the schema registry (schema.registry.url) never answered\n  %.500s\n"
                   "  fix: correct its address, or raise startup.timeout.ms for one that starts later",
                   why->message);
}

/* False when it is time to give up or to stop. */
static bool wait_for_registry(int64_t deadline_ms, struct backoff *backoff, const struct err *why, struct err *err)
{
    int64_t pause_ms = backoff_next(backoff, (uint32_t)random());
    int64_t until_ms = clock_ms() + pause_ms;

    if (until_ms > deadline_ms)
        return give_up(why, err);
    log_warning(why->code, "waiting for the schema registry: %s; again in %" PRId64 " ms", why->message, pause_ms);
    while (clock_ms() < until_ms) {
        watchdog_tick("waiting for the schema registry");
        if (stop_requested())
            return err_interrupted(err, "waiting for the schema registry");
        clock_sleep_ms(SLICE_MS);
    }
    return true;
}

static bool find(const struct config *config, struct subjects *subjects, const struct schemas_own *own,
                 int64_t deadline_ms, int32_t *id, struct err *err)
{
    struct backoff backoff = {.base_ms = 100, .cap_ms = 5000};
    struct err why;

    for (;;) {
        watchdog_tick("asking the schema registry");
        enum subjects_answer answer = subject_id_ask(subjects, own, config->schema_registry_auto_register, id, &why);
        if (answer == SUBJECTS_YES)
            return true;
        if (answer == SUBJECTS_NO || why.class == ERR_INTERRUPTED) {
            *err = why;
            return false;
        }
        if (!wait_for_registry(deadline_ms, &backoff, &why, err))
            return false;
    }
}

bool subject_id_find(const struct config *config, const struct schemas *schemas, enum schemas_kind kind,
                     int64_t patience_ms, int32_t *id, struct err *err)
{
    struct schemas_own own[SCHEMAS_OWN];
    struct arena arena = {0};
    struct subjects *subjects = subjects_open(config, err);

    schemas_name_own(own, schemas, config, &arena);
    bool found = subjects != NULL && find(config, subjects, &own[kind], clock_ms() + patience_ms, id, err);
    if (found)
        log_debug("%s is registered under %s with id %" PRId32, own[kind].record, own[kind].subject, *id);
    subjects_close(subjects);
    arena_free(&arena);
    return found;
}
