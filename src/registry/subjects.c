#include "registry/subjects.h"

#include "core/memory.h"
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
    struct subjects *subjects = memory_zeroed(1, sizeof *subjects);

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

int64_t subjects_date(const struct subjects *subjects)
{
    return exchange_date(subjects->exchange);
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
        body = text_copy("{}"); /* it is not UTF-8: the registry will say so */
    json_decref(json);
    return body;
}

/* Takes path and body over. */
static enum answer ask(struct subjects *subjects, const char *method, char *path, char *body, const char *member,
                       json_t **json, struct err *err)
{
    struct request request = {.method = method, .path = path, .body = body, .expected = {.member = member}};
    enum answer answer = exchange_ask(subjects->exchange, &request, json, err);

    free(path);
    free(body);
    if (answer == ANSWER_NONE)
        err_clear(err);
    return answer;
}

static enum subjects_answer not_a_registrys(struct err *err)
{
    err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_REGISTRY_ANSWER,
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

/* A refusal, where only "there is none" is expected, says nothing about the request. */
static enum subjects_answer only_none(enum answer answer)
{
    return answer == ANSWER_YES ? SUBJECTS_YES : answer == ANSWER_NONE ? SUBJECTS_NO : SUBJECTS_FAILED;
}

/* ---- Schemas ---- */

static enum subjects_answer find(struct subjects *subjects, const char *subject, const char *how, const char *text,
                                 struct subjects_version *found, struct err *err)
{
    json_t *json;
    enum subjects_answer answer = only_none(
        ask(subjects, "POST", path_of("/subjects/", subject, how), body_of("schema", text), "id", &json, err));

    *found = (struct subjects_version){.type = SCHEMA_AVRO};
    if (answer == SUBJECTS_YES && (!read_number(json_object_get(json, "id"), &found->id) ||
                                   !read_number(json_object_get(json, "version"), &found->version)))
        answer = not_a_registrys(err);
    json_decref(json);
    return answer;
}

/* A schema that was registered normalized has another text than ours, but is the same schema. */
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
    enum answer answer =
        ask(subjects, "POST", path_of("/subjects/", subject, "/versions"), body_of("schema", text), "id", &json, err);
    enum subjects_answer taken = answer == ANSWER_YES       ? SUBJECTS_YES
                                 : answer == ANSWER_REFUSED ? SUBJECTS_NO
                                                            : SUBJECTS_FAILED;

    if (answer == ANSWER_NONE || (answer == ANSWER_YES && !read_number(json_object_get(json, "id"), id)))
        taken = not_a_registrys(err);
    json_decref(json);
    return taken;
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
        only_none(ask(subjects, "GET", path_of("/subjects/", subject, "/versions"), NULL, NULL, &json, err));

    *versions = NULL;
    *count = 0;
    if (answer == SUBJECTS_YES) {
        *versions = memory_zeroed(json_array_size(json) + 1, sizeof **versions);
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
        only_none(ask(subjects, "GET", path_of_version(subject, version), NULL, "schema", &json, err));

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

/* ---- Compatibility ---- */

/* Adds a reason, on one line. */
static void add_reason(struct subjects_reasons *reasons, const json_t *json)
{
    const char *text = json_string_value(json);

    if (text == NULL || *text == 0)
        return;
    reasons->list = memory_resized(reasons->list, reasons->count + 1, sizeof *reasons->list);
    char *line = text_copy(text);
    for (char *c = line; *c != 0; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
    reasons->list[reasons->count++] = line;
}

void subjects_reasons_free(struct subjects_reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        free(reasons->list[i]);
    free(reasons->list);
    *reasons = (struct subjects_reasons){0};
}

enum subjects_answer subjects_compatible(struct subjects *subjects, const char *subject, int32_t version,
                                         const char *text, bool *is_compatible, struct subjects_reasons *reasons,
                                         struct err *err)
{
    json_t *json;
    char *after = text_printf("/versions/%d?verbose=true", version);
    enum subjects_answer answer = only_none(ask(subjects, "POST", path_of("/compatibility/subjects/", subject, after),
                                                body_of("schema", text), "is_compatible", &json, err));
    const json_t *verdict = json_object_get(json, "is_compatible"), *messages = json_object_get(json, "messages");

    free(after);
    *reasons = (struct subjects_reasons){0};
    *is_compatible = json_is_true(verdict);
    if (answer == SUBJECTS_YES && !json_is_boolean(verdict))
        answer = not_a_registrys(err);
    for (size_t i = 0; answer == SUBJECTS_YES && !*is_compatible && i < json_array_size(messages); i++)
        add_reason(reasons, json_array_get(messages, i));
    if (answer == SUBJECTS_YES && !*is_compatible)
        add_reason(reasons, json_object_get(json, "reason")); /* Apicurio's registry gives a reason and no messages */
    json_decref(json);
    return answer;
}

enum subjects_answer subjects_level(struct subjects *subjects, const char *subject,
                                    char level[static SUBJECTS_LEVEL_SIZE], struct err *err)
{
    json_t *json;
    enum subjects_answer answer = only_none(ask(subjects, "GET", path_of("/config/", subject, "?defaultToGlobal=true"),
                                                NULL, "compatibilityLevel", &json, err));
    const char *text = json_string_value(json_object_get(json, "compatibilityLevel"));

    snprintf(level, SUBJECTS_LEVEL_SIZE, "%s", text == NULL ? "" : text);
    if (answer == SUBJECTS_YES && text == NULL)
        answer = not_a_registrys(err);
    json_decref(json);
    return answer;
}
