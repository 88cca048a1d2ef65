#include "registry/answer.h"

#include "core/memory.h"
#include "core/text.h"

#include <jansson.h>
#include <stdlib.h>

#define WORDS_SIZE 320

/* ---- Errors ---- */

/* The registry's message as one line: ": …", or nothing. */
static void words_of(const json_t *json, char words[static WORDS_SIZE])
{
    const char *message = json_string_value(json_object_get(json, "message"));

    snprintf(words, WORDS_SIZE, "%s%.300s", message == NULL ? "" : ": ", message == NULL ? "" : message);
    for (char *c = words; *c != 0; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
}

/* True when it is neither a proxy's page nor the beginning of JSON that broke off. */
static bool is_plain(struct bytes body)
{
    size_t i = 0;

    while (i < body.len && body.data[i] <= ' ')
        i++;
    return i == body.len || (body.data[i] != '<' && body.data[i] != '{');
}

/*
 * 40401 (subject), 40402 (version), 40403 (schema) and 40408 (no level) all mean that there is none, and so does a 404
 * in plain text or without a body. For a path that it does not have, Confluent's registry says 404, Apicurio's 0, and
 * gateways have their own JSON.
 */
static bool says_none(struct bytes body, const json_t *json, bool bare_404)
{
    const json_t *error = json_object_get(json, "error_code");
    json_int_t code = json_integer_value(error);

    if (json == NULL)
        return is_plain(body);
    return (code >= 40400 && code <= 40499) || (bare_404 && json_is_integer(error) && (code == 404 || code == 0));
}

static enum answer unknown(struct err *err, enum exit_code exit_code, const char *code, long status, const char *what)
{
    err_set(err, ERR_RETRY, exit_code, code, "HTTP %ld%s", status, what);
    return ANSWER_UNKNOWN;
}

static enum answer failure(long status, struct bytes body, const json_t *json, bool bare_404, struct err *err)
{
    char words[WORDS_SIZE];
    bool has_code = json_is_integer(json_object_get(json, "error_code"));

    words_of(json, words);
    if (status == 404)
        return says_none(body, json, bare_404)
                   ? ANSWER_NONE
                   : unknown(err, EXIT_UNREACHABLE, E_REGISTRY_ANSWER, status,
                             ", not in a registry's form; is the path in schema.registry.url complete?");
    if (status == 401 || status == 403)
        return unknown(err, EXIT_PERMISSION, E_REGISTRY_LOGIN, status, *words == 0 ? ": not allowed" : words);
    if (status >= 300 && status < 400)
        return unknown(err, EXIT_UNREACHABLE, E_REGISTRY_ANSWER, status, ", a redirect, which is not followed");
    if ((status == 409 || status == 422) && has_code) {
        err_set(err, ERR_STOP, EXIT_CONFIG, E_REGISTRY_REFUSED, "HTTP %ld%s", status, words);
        return ANSWER_REFUSED;
    }
    return unknown(err, EXIT_UNREACHABLE, E_REGISTRY_HTTP, status, words);
}

static bool is_expected(const json_t *json, const struct expected *expected)
{
    if (expected->member == NULL)
        return json_is_array(json);
    return json_object_get(json, expected->member) != NULL && json_object_get(json, "error_code") == NULL;
}

enum answer answer_read(long status, struct bytes body, const struct expected *expected, json_t **json, struct err *err)
{
    json_t *read = json_loadb((const char *)body.data, body.len, 0, NULL);
    enum answer answer = ANSWER_YES;

    *json = NULL;
    if (status != 200)
        answer = failure(status, body, read, expected->bare_404, err);
    else if (!is_expected(read, expected))
        answer = unknown(err, EXIT_UNREACHABLE, E_REGISTRY_ANSWER, status, ", and the answer is not a registry's");
    if (answer == ANSWER_YES)
        *json = read;
    else
        json_decref(read);
    return answer;
}

/* ---- Schemas ---- */

static bool read_reference(const json_t *json, struct reference *reference)
{
    const char *subject = json_string_value(json_object_get(json, "subject"));
    const json_t *version = json_object_get(json, "version");

    if (subject == NULL || !json_is_integer(version) || json_integer_value(version) < -1 ||
        json_integer_value(version) > INT32_MAX)
        return false;
    *reference = (struct reference){text_copy(subject), (int32_t)json_integer_value(version)};
    return true;
}

static bool read_references(const json_t *list, struct schema_answer *schema)
{
    size_t count = json_array_size(list); /* 0 when it is not an array */

    if (list != NULL && !json_is_null(list) && !json_is_array(list))
        return false;
    schema->references = memory_zeroed(count + 1, sizeof *schema->references);
    for (size_t i = 0; i < count; i++) {
        if (!read_reference(json_array_get(list, i), &schema->references[i]))
            return false;
        schema->reference_count++;
    }
    return true;
}

static bool read_type(const json_t *json, enum schema_type *type)
{
    const char *name = json_string_value(json);

    if (json != NULL && !json_is_null(json) && name == NULL)
        return false;
    *type = name == NULL || strcmp(name, "AVRO") == 0 ? SCHEMA_AVRO
            : strcmp(name, "JSON") == 0               ? SCHEMA_JSON
                                                      : SCHEMA_OTHER;
    return true;
}

bool answer_schema(const json_t *json, struct schema_answer *schema, struct err *err)
{
    const char *text = json_string_value(json_object_get(json, "schema"));

    *schema = (struct schema_answer){0};
    if (text != NULL && read_type(json_object_get(json, "schemaType"), &schema->type) &&
        read_references(json_object_get(json, "references"), schema)) {
        schema->text = text_copy(text);
        return true;
    }
    schema_answer_free(schema);
    return err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_REGISTRY_ANSWER,
                   "HTTP 200, and there is no schema as a registry writes it in the answer");
}

void schema_answer_free(struct schema_answer *schema)
{
    for (size_t i = 0; i < schema->reference_count; i++)
        free(schema->references[i].subject);
    free(schema->references);
    free(schema->text);
    *schema = (struct schema_answer){0};
}
