#include "avro/canonical.h"

#include "avro/schema_name.h"
#include "core/memory.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void write_fullname(FILE *out, struct schema_name name)
{
    fprintf(out, "\"%.*s%s%s\"", (int)name.space.len, (const char *)name.space.data, name.space.len > 0 ? "." : "",
            name.simple);
}

static bool write_schema(FILE *out, const json_t *schema, struct bytes space);

static bool write_list(FILE *out, const json_t *list, struct bytes space,
                       bool (*write_one)(FILE *out, const json_t *one, struct bytes space))
{
    if (!json_is_array(list))
        return false;
    fputc('[', out);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0)
            fputc(',', out);
        if (!write_one(out, json_array_get(list, i), space))
            return false;
    }
    fputc(']', out);
    return true;
}

static bool write_field(FILE *out, const json_t *field, struct bytes space)
{
    const char *name = json_string_value(json_object_get(field, "name"));

    if (name == NULL)
        return false;
    fprintf(out, "{\"name\":\"%s\",\"type\":", name);
    bool written = write_schema(out, json_object_get(field, "type"), space);
    fputc('}', out);
    return written;
}

static bool write_symbol(FILE *out, const json_t *symbol, struct bytes space)
{
    (void)space;
    if (!json_is_string(symbol))
        return false;
    fprintf(out, "\"%s\"", json_string_value(symbol));
    return true;
}

static bool write_size(FILE *out, const json_t *size)
{
    if (!json_is_integer(size))
        return false;
    fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(size));
    return true;
}

/* For a record, an enum or a fixed: the full name, the type, then the one attribute that matters. */
static bool write_named(FILE *out, const json_t *object, const char *type, struct bytes around)
{
    const char *given = json_string_value(json_object_get(object, "name"));
    bool written;

    if (given == NULL)
        return false;
    struct schema_name name = schema_name_of(given, json_string_value(json_object_get(object, "namespace")), around);
    fputs("{\"name\":", out);
    write_fullname(out, name);
    fprintf(out, ",\"type\":\"%s\",", type);
    if (strcmp(type, "enum") == 0) {
        fputs("\"symbols\":", out);
        written = write_list(out, json_object_get(object, "symbols"), name.space, write_symbol);
    } else if (strcmp(type, "fixed") == 0) {
        fputs("\"size\":", out);
        written = write_size(out, json_object_get(object, "size"));
    } else {
        fputs("\"fields\":", out);
        written = write_list(out, json_object_get(object, "fields"), name.space, write_field);
    }
    fputc('}', out);
    return written;
}

static bool write_name(FILE *out, const char *name, struct bytes space)
{
    write_fullname(out, schema_name_of(name, NULL, schema_name_is_primitive(name) ? (struct bytes){0} : space));
    return true;
}

static bool write_object(FILE *out, const json_t *object, struct bytes space)
{
    const char *word = json_string_value(json_object_get(object, "type"));

    if (word == NULL)
        return false;
    if (strcmp(word, "record") == 0 || strcmp(word, "enum") == 0 || strcmp(word, "fixed") == 0)
        return write_named(out, object, word, space);

    const char *inner = strcmp(word, "array") == 0 ? "items" : strcmp(word, "map") == 0 ? "values" : NULL;
    if (inner == NULL)
        return write_name(out, word, space);
    fprintf(out, "{\"type\":\"%s\",\"%s\":", word, inner);
    bool written = write_schema(out, json_object_get(object, inner), space);
    fputc('}', out);
    return written;
}

static bool write_schema(FILE *out, const json_t *schema, struct bytes space)
{
    if (json_is_string(schema))
        return write_name(out, json_string_value(schema), space);
    if (json_is_array(schema))
        return write_list(out, schema, space, write_schema);
    return json_is_object(schema) && write_object(out, schema, space);
}

char *canonical_form(struct bytes text)
{
    json_t *schema = json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY, NULL);
    char *form = NULL;
    size_t size;
    bool written = false;

    if (schema == NULL)
        return NULL;
    FILE *out = memory_stream(&form, &size);
    written = write_schema(out, schema, (struct bytes){0});
    if (fclose(out) != 0)
        abort();
    json_decref(schema);
    if (written)
        return form;
    free(form);
    return NULL;
}

uint64_t canonical_fingerprint(const char *form)
{
    const uint64_t empty = 0xc15d213aa4d7a795u;
    uint64_t crc = empty;

    for (; *form != 0; form++) {
        crc ^= (uint8_t)*form;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (empty & (0 - (crc & 1)));
    }
    return crc;
}
