#include "registry/subjects.h"

#include "core/text.h"
#include "registry/exchange.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct subjects {
    struct http http;
    struct exchange *exchange;
};

struct subjects *subjects_open(const struct config *config, struct err *err)
{
    struct subjects *subjects = calloc(1, sizeof *subjects);

    if (subjects == NULL)
        abort();
    if (!http_open(&subjects->http, config, err)) {
        free(subjects);
        return NULL;
    }
    subjects->exchange = exchange_new(&subjects->http);
    return subjects;
}

void subjects_close(struct subjects *subjects)
{
    if (subjects == NULL)
        return;
    exchange_free(subjects->exchange);
    http_close(&subjects->http);
    free(subjects);
}

/* ---- Requests ---- */

/* The caller frees. */
static char *path_of(const char *before, const char *subject, const char *after)
{
    char *segment = path_segment(subject);
    char *path = text_printf("%s%s%s", before, segment, after);

    free(segment);
    return path;
}

/* {"member": value}. The caller frees. */
static char *body_of(const char *member, const char *value)
{
    json_t *json = json_pack("{s:s}", member, value);
    char *body = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

    if (body == NULL)
        body = text_copy("{}"); /* no UTF-8: the registry says so */
    json_decref(json);
    return body;
}

/* Takes path and body. NO: `err` as the registry refused it, or ERR_NONE when there is none. */
static enum subjects_answer ask(struct subjects *subjects, const char *method, char *path, char *body,
                                const char *member, json_t **json, struct err *err)
{
    struct request request = {.method = method, .path = path, .body = body, .expected = {.member = member}};
    enum answer answer = exchange_ask(subjects->exchange, &request, json, err);

    free(path);
    free(body);
    switch (answer) {
    case ANSWER_YES: return SUBJECTS_YES;
    case ANSWER_NONE: err_clear(err); return SUBJECTS_NO;
    case ANSWER_REFUSED: return SUBJECTS_NO;
    case ANSWER_UNKNOWN: break;
    }
    return SUBJECTS_FAILED;
}

static enum subjects_answer not_a_registrys(struct err *err)
{
    err_set(err, ERR_RETRY, EXIT_UNREACHABLE, "E-REGISTRY-ANSWER",
            "schema registry: the answer is not in a registry's form");
    return SUBJECTS_FAILED;
}

static bool read_number(const json_t *json, int32_t *number)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0 || json_integer_value(json) > INT32_MAX)
        return false;
    *number = (int32_t)json_integer_value(json);
    return true;
}

/* What is refused where only "there is none" is foreseen says nothing of what was asked. */
static enum subjects_answer only_none(enum subjects_answer answer, const struct err *err)
{
    return answer == SUBJECTS_NO && err->class != ERR_NONE ? SUBJECTS_FAILED : answer;
}

/* ---- Schemas ---- */

static enum subjects_answer find(struct subjects *subjects, const char *subject, const char *how, const char *text,
                                 struct subjects_version *found, struct err *err)
{
    json_t *json;
    enum subjects_answer answer = only_none(
        ask(subjects, "POST", path_of("/subjects/", subject, how), body_of("schema", text), "id", &json, err), err);

    *found = (struct subjects_version){.type = SCHEMA_AVRO};
    if (answer == SUBJECTS_YES && (!read_number(json_object_get(json, "id"), &found->id) ||
                                   !read_number(json_object_get(json, "version"), &found->version)))
        answer = not_a_registrys(err);
    json_decref(json);
    return answer;
}

/* A schema that was registered normalized is another text than ours, and the same schema. */
enum subjects_answer subjects_find(struct subjects *subjects, const char *subject, const char *text,
                                   struct subjects_version *found, struct err *err)
{
    enum subjects_answer answer = find(subjects, subject, "", text, found, err);

    return answer == SUBJECTS_NO ? find(subjects, subject, "?normalize=true", text, found, err) : answer;
}

enum subjects_answer subjects_register(struct subjects *subjects, const char *subject, const char *text, int32_t *id,
                                       struct err *err)
{
    json_t *json;
    enum subjects_answer answer =
        ask(subjects, "POST", path_of("/subjects/", subject, "/versions"), body_of("schema", text), "id", &json, err);

    if (answer == SUBJECTS_YES && !read_number(json_object_get(json, "id"), id))
        answer = not_a_registrys(err);
    if (answer == SUBJECTS_NO && err->class == ERR_NONE)
        answer = not_a_registrys(err);
    json_decref(json);
    return answer;
}

/* ---- Versions ---- */

static int by_number(const void *left, const void *right)
{
    const int32_t *a = left;
    const int32_t *b = right;

    return (*a > *b) - (*a < *b);
}

enum subjects_answer subjects_versions(struct subjects *subjects, const char *subject, int32_t **versions,
                                       size_t *count, struct err *err)
{
    json_t *json;
    enum subjects_answer answer =
        only_none(ask(subjects, "GET", path_of("/subjects/", subject, "/versions"), NULL, NULL, &json, err), err);

    *versions = NULL;
    *count = 0;
    if (answer == SUBJECTS_YES) {
        *versions = calloc(json_array_size(json) + 1, sizeof **versions);
        if (*versions == NULL)
            abort();
        for (size_t i = 0; i < json_array_size(json); i++)
            if (read_number(json_array_get(json, i), &(*versions)[*count]))
                ++*count;
        qsort(*versions, *count, sizeof **versions, by_number);
    }
    json_decref(json);
    return answer;
}

static char *path_of_version(const char *subject, int32_t version)
{
    char *versions = path_of("/subjects/", subject, "/versions");
    char *path =
        version == SUBJECTS_LATEST ? text_printf("%s/latest", versions) : text_printf("%s/%d", versions, version);

    free(versions);
    return path;
}

enum subjects_answer subjects_version(struct subjects *subjects, const char *subject, int32_t version,
                                      struct subjects_version *found, struct err *err)
{
    struct schema_answer schema;
    json_t *json;
    enum subjects_answer answer =
        only_none(ask(subjects, "GET", path_of_version(subject, version), NULL, "schema", &json, err), err);

    *found = (struct subjects_version){0};
    if (answer == SUBJECTS_YES &&
        (!read_number(json_object_get(json, "id"), &found->id) ||
         !read_number(json_object_get(json, "version"), &found->version) || !answer_schema(json, &schema, err)))
        answer = not_a_registrys(err);
    if (answer == SUBJECTS_YES) {
        found->type = schema.type;
        found->text = schema.text;
        schema.text = NULL;
        schema_answer_free(&schema);
    }
    json_decref(json);
    return answer;
}

/* ---- Compatibility level ---- */

enum subjects_answer subjects_level(struct subjects *subjects, const char *subject,
                                    char level[static SUBJECTS_LEVEL_SIZE], struct err *err)
{
    json_t *json;
    enum subjects_answer answer = only_none(ask(subjects, "GET", path_of("/config/", subject, "?defaultToGlobal=true"),
                                                NULL, "compatibilityLevel", &json, err),
                                            err);
    const char *text = json_string_value(json_object_get(json, "compatibilityLevel"));

    snprintf(level, SUBJECTS_LEVEL_SIZE, "%s", text == NULL ? "" : text);
    if (answer == SUBJECTS_YES && text == NULL)
        answer = not_a_registrys(err);
    json_decref(json);
    return answer;
}
