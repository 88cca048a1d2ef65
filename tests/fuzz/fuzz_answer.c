/* What a registry, or a proxy before it, answers. Input: which status, what is expected, then the body. */
#include "registry/answer.h"

#include "fuzz.h"

#include <jansson.h>

static void check_schema(const json_t *json)
{
    const json_t *text = json_object_get(json, "schema");
    struct schema_answer schema;
    struct err err = {0};

    if (!answer_schema(json, &schema, &err)) {
        MUST(err.class == ERR_RETRY && err.message[0] != 0);
        MUST(schema.text == NULL && schema.references == NULL);
        return;
    }
    MUST(json_is_string(text) && strcmp(schema.text, json_string_value(text)) == 0);
    MUST(schema.reference_count == json_array_size(json_object_get(json, "references")));
    for (size_t i = 0; i < schema.reference_count; i++)
        MUST(schema.references[i].subject != NULL && schema.references[i].version >= -1);
    schema_answer_free(&schema);
}

static void check_failure(enum answer answer, long status, const struct err *err)
{
    switch (answer) {
    case ANSWER_NONE: MUST(status == 404); break;
    case ANSWER_REFUSED: MUST((status == 409 || status == 422) && err->class == ERR_STOP); break;
    default: MUST(err->class == ERR_RETRY && err->exit_code != EXIT_DONE); break;
    }
    if (answer != ANSWER_NONE)
        MUST(strncmp(err->code, "E-REGISTRY-", 11) == 0 && strpbrk(err->message, "\n\r\t\033") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 404, 409, 422, 401, 403, 500, 301, 204, 0};
    static const struct expected expectations[] = {
        {"schema",        false},
        {"id",            false},
        {"is_compatible", true },
        {NULL,            false},
        {NULL,            true }
    };
    struct bytes body = {data, size};
    long status = statuses[fuzz_byte(&body) % (sizeof statuses / sizeof *statuses)];
    const struct expected *expected = &expectations[fuzz_byte(&body) % (sizeof expectations / sizeof *expectations)];
    struct err err = {0};
    json_t *json;
    enum answer answer = answer_read(status, body, expected, &json, &err);

    MUST((answer == ANSWER_YES) == (json != NULL));
    if (answer == ANSWER_YES) {
        MUST(status == 200);
        MUST(expected->member == NULL ? json_is_array(json) : json_object_get(json, expected->member) != NULL);
        check_schema(json);
    } else {
        check_failure(answer, status, &err);
    }
    json_decref(json);
    return 0;
}
