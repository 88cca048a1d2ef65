#include "avro/avro_type.h"

const char *const plan_kind_words[] = {
    [PLAN_NULL] = "null",   [PLAN_BOOLEAN] = "boolean", [PLAN_INT] = "int",     [PLAN_LONG] = "long",
    [PLAN_FLOAT] = "float", [PLAN_DOUBLE] = "double",   [PLAN_BYTES] = "bytes", [PLAN_STRING] = "string",
    [PLAN_ENUM] = "enum",   [PLAN_FIXED] = "fixed",     [PLAN_ARRAY] = "array", [PLAN_MAP] = "map",
    [PLAN_UNION] = "union", [PLAN_RECORD] = "record",
};

const char *avro_text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A union has no word: it is an array. */
static bool kind_of_word(const char *word, enum plan_kind *kind)
{
    for (size_t i = 0; i < sizeof plan_kind_words / sizeof *plan_kind_words; i++) {
        if (i == PLAN_UNION || strcmp(word, plan_kind_words[i]) != 0)
            continue;
        *kind = (enum plan_kind)i;
        return true;
    }
    return false;
}

bool avro_type_is_named(enum plan_kind kind)
{
    return kind == PLAN_RECORD || kind == PLAN_ENUM || kind == PLAN_FIXED;
}

static bool type_of_definition(const json_t *object, struct bytes space, struct avro_type *type)
{
    const char *name = avro_text_at(object, "name");

    if (name == NULL)
        return false;
    type->json = object;
    type->name = schema_name_of(name, avro_text_at(object, "namespace"), space);
    type->space = type->name.space;
    return true;
}

static bool type_of_word(const struct avro_text *side, const char *word, struct bytes space, struct avro_type *type)
{
    struct schema_name name = schema_name_of(word, NULL, space);

    if (schema_name_is_primitive(word))
        return kind_of_word(word, &type->kind);
    for (const struct avro_definition *found = side->definitions; found != NULL; found = found->before)
        if (schema_name_equal(found->name, name))
            return kind_of_word(avro_text_at(found->object, "type"), &type->kind) &&
                   type_of_definition(found->object, name.space, type);
    return false;
}

bool avro_type_of(const struct avro_text *side, const json_t *json, struct bytes space, struct avro_type *type)
{
    const char *word = json_is_object(json) ? avro_text_at(json, "type") : json_string_value(json);

    *type = (struct avro_type){.json = json, .space = space};
    if (json_is_array(json)) {
        type->kind = PLAN_UNION;
        return true;
    }
    if (word == NULL)
        return false;
    if (json_is_string(json) || !kind_of_word(word, &type->kind))
        return type_of_word(side, word, space, type);
    return !avro_type_is_named(type->kind) || type_of_definition(json, space, type);
}

const json_t *avro_type_inner(const struct avro_type *type)
{
    return json_object_get(type->json, type->kind == PLAN_ARRAY ? "items" : "values");
}
