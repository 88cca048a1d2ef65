#include "codec/value_print.h"

#include "avro/walk.h"
#include "codec/framing.h"

#include <avro.h>
#include <math.h>

/* JSON has no infinities. */
static void print_real(double number, struct json_writer *json)
{
    char text[32];

    snprintf(text, sizeof text, isfinite(number) ? "%.17g" : "\"%f\"", number);
    write_raw(json, bytes_of(text));
}

static void print_number(const avro_value_t *value, struct json_writer *json)
{
    int32_t small;
    int64_t large;
    float single;
    double real;

    if (avro_value_get_int(value, &small) == 0)
        write_int(json, small);
    else if (avro_value_get_long(value, &large) == 0)
        write_int(json, large);
    else if (avro_value_get_float(value, &single) == 0)
        print_real((double)single, json);
    else if (avro_value_get_double(value, &real) == 0)
        print_real(real, json);
}

static void print_text(const avro_value_t *value, struct json_writer *json)
{
    const char *text = "";
    size_t size = 1; /* the size with the NUL */

    (void)avro_value_get_string(value, &text, &size);
    write_string(json, (struct bytes){(const uint8_t *)text, size - 1});
}

static void print_symbol(const avro_value_t *value, struct json_writer *json)
{
    int index = 0;

    (void)avro_value_get_enum(value, &index);
    write_string(json, bytes_of(avro_schema_enum_get(avro_value_get_schema(value), index)));
}

static void print_bytes(const avro_value_t *value, struct json_writer *json)
{
    const void *data = NULL;
    size_t len = 0;

    if (avro_value_get_bytes(value, &data, &len) != 0)
        (void)avro_value_get_fixed(value, &data, &len);
    write_base64(json, (struct bytes){data, len});
}

static void print_value(const avro_value_t *value, struct json_writer *json);

/* Prints the parts of a record, a map or an array. All are found by number; those of a record and a map have a name. */
static void print_parts(const avro_value_t *value, bool named, struct json_writer *json)
{
    size_t count = 0;

    (void)avro_value_get_size(value, &count);
    (named ? write_object : write_array)(json);
    for (size_t i = 0; i < count; i++) {
        avro_value_t part;
        const char *name = NULL;
        if (avro_value_get_by_index(value, i, &part, &name) != 0)
            break;
        if (named)
            write_foreign_key(json, bytes_of(name));
        print_value(&part, json);
    }
    (named ? write_object_end : write_array_end)(json);
}

static void print_value(const avro_value_t *value, struct json_writer *json)
{
    avro_value_t branch;
    int truth = 0;

    switch (avro_value_get_type(value)) {
    case AVRO_NULL: write_null(json); break;
    case AVRO_BOOLEAN:
        (void)avro_value_get_boolean(value, &truth);
        write_bool(json, truth != 0);
        break;
    case AVRO_STRING: print_text(value, json); break;
    case AVRO_ENUM: print_symbol(value, json); break;
    case AVRO_BYTES:
    case AVRO_FIXED: print_bytes(value, json); break;
    case AVRO_ARRAY: print_parts(value, false, json); break;
    case AVRO_RECORD:
    case AVRO_MAP: print_parts(value, true, json); break;
    case AVRO_UNION:
        if (avro_value_get_current_branch(value, &branch) == 0)
            print_value(&branch, json);
        break;
    default: print_number(value, json); break;
    }
}

static bool print_body(struct avro_obj_t *schema, struct bytes body, struct json_writer *json)
{
    bool printed = false;
    avro_value_t value;
    avro_reader_t reader = NULL;
    avro_value_iface_t *class = avro_generic_class_from_schema(schema);
    if (class == NULL)
        return false;
    if (avro_generic_value_new(class, &value) != 0)
        goto done;

    reader = avro_reader_memory((const char *)body.data, (int64_t)body.len);
    printed = reader != NULL && avro_value_read(reader, &value) == 0;
    if (printed) {
        bool spaced = json->spaced;
        json->spaced = false;
        print_value(&value, json);
        json->spaced = spaced;
    }
    avro_value_decref(&value);
done:
    if (reader != NULL)
        avro_reader_free(reader);
    avro_value_iface_decref(class);
    return printed;
}

bool value_print_avro(const struct schemas *schemas, struct bytes value, struct json_writer *json)
{
    uint64_t fingerprint;
    struct bytes body;

    if (!framing_fingerprint(value, &fingerprint, &body))
        return false;
    const struct schema *schema = schemas_find(schemas, fingerprint);
    if (schema == NULL)
        return false;
    return walk_is_record(schema_plan(schema), body) && print_body(schema_avro(schema), body, json);
}

bool value_print_cached(const struct cached_schema *schema, struct bytes body, struct json_writer *json)
{
    return walk_is_record(&schema->plan, body) && print_body(schema->avro, body, json);
}
