#include "avro/avro_type.h"

const char *const avro_kind_words[] = {
    [AVRO_KIND_NULL] = "null",   [AVRO_KIND_BOOLEAN] = "boolean", [AVRO_KIND_INT] = "int",
    [AVRO_KIND_LONG] = "long",   [AVRO_KIND_FLOAT] = "float",     [AVRO_KIND_DOUBLE] = "double",
    [AVRO_KIND_BYTES] = "bytes", [AVRO_KIND_STRING] = "string",   [AVRO_KIND_ENUM] = "enum",
    [AVRO_KIND_FIXED] = "fixed", [AVRO_KIND_ARRAY] = "array",     [AVRO_KIND_MAP] = "map",
    [AVRO_KIND_UNION] = "union", [AVRO_KIND_RECORD] = "record",
};

const char *avro_text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A union has no word: it is an array. */
static bool kind_of_word(const char *word, enum avro_kind *kind)
{
    for (size_t i = 0; i < sizeof avro_kind_words / sizeof *avro_kind_words; i++) {
        if (i == AVRO_KIND_UNION || strcmp(word, avro_kind_words[i]) != 0)
            continue;
        *kind = (enum avro_kind)i;
        return true;
    }
    return false;
}

bool avro_type_is_named(enum avro_kind kind)
{
    return kind == AVRO_KIND_RECORD || kind == AVRO_KIND_ENUM || kind == AVRO_KIND_FIXED;
}

static bool type_of_definition(const json_t *object, struct bytes space, struct avro_type *type)
{
    const char *name = avro_text_at(object, "name");

    if (name == NULL)
        return false;
    type->json = object;
    type->name = avro_name_of(name, avro_text_at(object, "namespace"), space);
    type->space = type->name.space;
    return true;
}

static bool type_of_word(const struct avro_text *side, const char *word, struct bytes space, struct avro_type *type)
{
    struct avro_name name = avro_name_of(word, NULL, space);

    if (avro_name_is_primitive(word))
        return kind_of_word(word, &type->kind);
    for (const struct avro_definition *found = side->definitions; found != NULL; found = found->before)
        if (avro_name_equal(found->name, name))
            return kind_of_word(avro_text_at(found->object, "type"), &type->kind) &&
                   type_of_definition(found->object, name.space, type);
    return false;
}

bool avro_type_of(const struct avro_text *side, const json_t *json, struct bytes space, struct avro_type *type)
{
    const char *word = json_is_object(json) ? avro_text_at(json, "type") : json_string_value(json);

    *type = (struct avro_type){.json = json, .space = space};
    if (json_is_array(json)) {
        type->kind = AVRO_KIND_UNION;
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
    return json_object_get(type->json, type->kind == AVRO_KIND_ARRAY ? "items" : "values");
}
