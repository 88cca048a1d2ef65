#include "cli/check/steps.h"

#include "cli/parts/subject_id.h"
#include "runtime/clock.h"

#include <inttypes.h>

#define CLOCK_S 2 /* HTTP's Date has whole seconds */

/* A registry that has not answered one request is not asked again. */
static bool go_on(enum subjects_answer answer)
{
    return answer != SUBJECTS_FAILED;
}

/* Judges compatibility with the function of `sessiond schemas check`. */
static enum subjects_answer look_at_versions(struct check *check, struct subjects *subjects,
                                             const struct schemas_own *own, struct err *err)
{
    enum schemas_verdict verdict;
    struct err told;
    enum subjects_answer answer = schemas_judge(subjects, own, &verdict, err);

    if (!go_on(answer) || verdict == SCHEMAS_COMPATIBLE)
        return answer;
    if (verdict == SCHEMAS_UNCOMPARED) {
        check_add(check->findings, CHECK_SCHEMA_LEVEL, own->subject,
                  "set the level to BACKWARD_TRANSITIVE for commands, or FULL_TRANSITIVE for events",
                  "the compatibility level of %s is NONE: any schema may follow ours", own->subject);
        return answer;
    }
    (void)err_set(&told, ERR_NONE, EXIT_NO, E_SCHEMA_09, "%s may not follow what is registered under %s", own->record,
                  own->subject);
    check_add_err(check->findings, CHECK_WARNING, &told, own->subject,
                  "sessiond schemas check prints the registry's reasons, and schemas/README.md says which levels fit");
    return answer;
}

/* Looks for the schema of an event with the function that the worker uses when it starts. */
static enum subjects_answer look_for_id(struct check *check, struct subjects *subjects, const struct schemas_own *own,
                                        struct err *err)
{
    int32_t id;
    enum subjects_answer answer = subject_id_ask(subjects, own, false, &id, err);

    if (answer != SUBJECTS_NO)
        return answer;
    if (check->config->schema_registry_auto_register)
        check_add(check->findings, CHECK_SCHEMA_NEW, own->subject,
                  "leave it, or register it beforehand with sessiond schemas register",
                  "%s is not registered under %s, and will be when the worker starts", own->record, own->subject);
    else
        check_add_err(check->findings, CHECK_ERROR, err, own->subject, CHECK_SEE_PAGE);
    return answer;
}

static enum subjects_answer look_at(struct check *check, struct subjects *subjects, const struct schemas_own *own,
                                    bool writes, struct err *err)
{
    enum subjects_answer answer = writes ? look_for_id(check, subjects, own, err) : SUBJECTS_YES;

    return go_on(answer) ? look_at_versions(check, subjects, own, err) : answer;
}

static void judge_clock(struct check *check, const struct subjects *subjects)
{
    int64_t date_s = subjects_date(subjects);
    int64_t ahead_s = date_s - clock_utc_us() / 1000000;

    if (date_s < 0 || (ahead_s <= CLOCK_S && ahead_s >= -CLOCK_S))
        return;
    check_add(check->findings, CHECK_CLOCK, "this host and the schema registry's",
              "set both clocks by NTP (chronyc tracking shows how far each is off)",
              "the schema registry's clock is %" PRId64 " s %s this host's", ahead_s > 0 ? ahead_s : -ahead_s,
              ahead_s > 0 ? "ahead of" : "behind");
}

static bool ask_registry(struct check *check, struct subjects *subjects, const struct schemas *schemas)
{
    struct schemas_own own[SCHEMAS_OWN];
    struct arena arena = {0};
    struct err err = {0};
    enum subjects_answer answer = SUBJECTS_YES;

    schemas_name_own(own, schemas, check->config, &arena);
    for (enum schemas_kind kind = 0; kind < SCHEMAS_OWN && go_on(answer); kind++) {
        bool writes = kind != SCHEMAS_COMMAND && check->config->events_format == EVENTS_CONFLUENT;
        answer = look_at(check, subjects, &own[kind], writes, &err);
    }
    arena_free(&arena);
    if (!go_on(answer))
        return check_failed(check, &err, "schema.registry.url");
    judge_clock(check, subjects);
    return true;
}

bool check_registry(struct check *check)
{
    struct err err;

    if (*check->config->schema_registry_url == NULL)
        return true;
    struct schemas *schemas = schemas_open(check->config->schemas_dir, &err);
    if (schemas == NULL) /* this is a finding already, made without a registry */
        return true;
    struct subjects *subjects = subjects_open(check->config, &err);
    bool done =
        subjects == NULL ? check_failed(check, &err, "schema.registry.url") : ask_registry(check, subjects, schemas);
    subjects_close(subjects);
    schemas_close(schemas);
    return done;
}
