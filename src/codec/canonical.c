#include "codec/canonical.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* A name with a dot is full already; another one belongs to the namespace around it ("" for none). */
static void write_fullname(FILE *out, const char *name, struct bytes space)
{
    if (strchr(name, '.') != NULL || space.len == 0)
        fprintf(out, "\"%s\"", name);
    else
        fprintf(out, "\"%.*s.%s\"", (int)space.len, (const char *)space.data, name);
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

/* The namespace that a named type opens for what is defined inside it. */
static struct bytes space_of(const json_t *object, const char *name, struct bytes around)
{
    const char *dot = strrchr(name, '.');
    const json_t *given = json_object_get(object, "namespace");

    if (dot != NULL)
        return (struct bytes){(const uint8_t *)name, (size_t)(dot - name)};
    return json_is_string(given) ? bytes_of(json_string_value(given)) : around;
}

/* Record, enum, fixed: the name in full, the type, then the one attribute that matters. */
static bool write_named(FILE *out, const json_t *object, const char *type, struct bytes around)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    bool written;

    if (name == NULL)
        return false;
    struct bytes space = space_of(object, name, around);
    fputs("{\"name\":", out);
    write_fullname(out, name, space);
    fprintf(out, ",\"type\":\"%s\",", type);
    if (strcmp(type, "enum") == 0) {
        fputs("\"symbols\":", out);
        written = write_list(out, json_object_get(object, "symbols"), space, write_symbol);
    } else if (strcmp(type, "fixed") == 0) {
        fputs("\"size\":", out);
        written = write_size(out, json_object_get(object, "size"));
    } else {
        fputs("\"fields\":", out);
        written = write_list(out, json_object_get(object, "fields"), space, write_field);
    }
    fputc('}', out);
    return written;
}

static bool one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

static bool write_name(FILE *out, const char *name, struct bytes space)
{
    static const char *const primitives[] = {"null",   "boolean", "int",    "long", "float",
                                             "double", "bytes",   "string", NULL};

    write_fullname(out, name, one_of(name, primitives) ? (struct bytes){0} : space);
    return true;
}

static bool write_object(FILE *out, const json_t *object, struct bytes space)
{
    static const char *const named[] = {"record", "enum", "fixed", NULL};
    const char *word = json_string_value(json_object_get(object, "type"));

    if (word == NULL)
        return false;
    if (one_of(word, named))
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
    FILE *out = open_memstream(&form, &size);
    if (out == NULL)
        abort();
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
