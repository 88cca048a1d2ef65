/*
 * The whole layer of a program that was built without it (WITH_REGISTRY=0). Nothing can be opened, so nothing else is
 * ever called.
 */
#include "registry/registry.h"
#include "registry/subjects.h"

#include <stdlib.h>

static bool refuse(struct err *err)
{
    return err_set(
        err, ERR_STOP, EXIT_CONFIG, E_REGISTRY_CONFIG,
        "schema.registry.url is set, and this sessiond was built without schema registries (WITH_REGISTRY=0)\n"
        "  fix: leave it out, or build with libcurl");
}

const char *registry_version(void)
{
    return "none";
}

struct registry *registry_open(const struct config *config, struct err *err)
{
    (void)config;
    refuse(err);
    return NULL;
}

void registry_close(struct registry *registry)
{
    (void)registry;
}

void registry_ask(struct registry *registry, const struct schema_id *id)
{
    (void)registry, (void)id;
    abort();
}

enum progress registry_next(struct registry *registry, int timeout_ms, struct registry_answer *answer, struct err *err)
{
    (void)registry, (void)timeout_ms, (void)answer, (void)err;
    abort();
}

struct subjects *subjects_open(const struct config *config, struct err *err)
{
    (void)config;
    refuse(err);
    return NULL;
}

void subjects_close(struct subjects *subjects)
{
    (void)subjects;
}

int64_t subjects_date(const struct subjects *subjects)
{
    (void)subjects;
    abort();
}

enum subjects_answer subjects_find(struct subjects *subjects, const char *subject, const char *text,
                                   struct subjects_version *found, struct err *err)
{
    (void)subjects, (void)subject, (void)text, (void)found, (void)err;
    abort();
}

enum subjects_answer subjects_register(struct subjects *subjects, const char *subject, const char *text, int32_t *id,
                                       struct err *err)
{
    (void)subjects, (void)subject, (void)text, (void)id, (void)err;
    abort();
}

enum subjects_answer subjects_versions(struct subjects *subjects, const char *subject, int32_t **versions,
                                       size_t *count, struct err *err)
{
    (void)subjects, (void)subject, (void)versions, (void)count, (void)err;
    abort();
}

enum subjects_answer subjects_version(struct subjects *subjects, const char *subject, int32_t version,
                                      struct subjects_version *found, struct err *err)
{
    (void)subjects, (void)subject, (void)version, (void)found, (void)err;
    abort();
}

enum subjects_answer subjects_compatible(struct subjects *subjects, const char *subject, int32_t version,
                                         const char *text, bool *is_compatible, struct subjects_reasons *reasons,
                                         struct err *err)
{
    (void)subjects, (void)subject, (void)version, (void)text, (void)is_compatible, (void)reasons, (void)err;
    abort();
}

void subjects_reasons_free(struct subjects_reasons *reasons)
{
    (void)reasons;
}

enum subjects_answer subjects_level(struct subjects *subjects, const char *subject,
                                    char level[static SUBJECTS_LEVEL_SIZE], struct err *err)
{
    (void)subjects, (void)subject, (void)level, (void)err;
    abort();
}
