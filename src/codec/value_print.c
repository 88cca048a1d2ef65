#include "codec/value_print.h"

#include "codec/command_avro.h"
#include "codec/framing.h"
#include "json/json_write.h"

#include <avro.h>
#include <inttypes.h>
#include <math.h>

/* JSON has no infinities. */
static void print_real(double number, FILE *out)
{
    if (isfinite(number))
        fprintf(out, "%.17g", number);
    else
        fprintf(out, "\"%f\"", number);
}

static void print_number(const avro_value_t *value, FILE *out)
{
    int32_t small;
    int64_t large;
    float single;
    double real;

    if (avro_value_get_int(value, &small) == 0)
        fprintf(out, "%" PRId32, small);
    else if (avro_value_get_long(value, &large) == 0)
        fprintf(out, "%" PRId64, large);
    else if (avro_value_get_float(value, &single) == 0)
        print_real((double)single, out);
    else if (avro_value_get_double(value, &real) == 0)
        print_real(real, out);
}

static void print_text(const avro_value_t *value, FILE *out)
{
    const char *text = "";
    size_t size = 1; /* with the NUL */

    (void)avro_value_get_string(value, &text, &size);
    json_write_string(out, (struct bytes){(const uint8_t *)text, size - 1});
}

static void print_symbol(const avro_value_t *value, FILE *out)
{
    int index = 0;

    (void)avro_value_get_enum(value, &index);
    json_write_string(out, bytes_of(avro_schema_enum_get(avro_value_get_schema(value), index)));
}

static void print_bytes(const avro_value_t *value, FILE *out)
{
    const void *data = NULL;
    size_t len = 0;

    if (avro_value_get_bytes(value, &data, &len) != 0)
        (void)avro_value_get_fixed(value, &data, &len);
    json_write_base64(out, (struct bytes){data, len});
}

static void print_value(const avro_value_t *value, FILE *out);

/* A record, a map or an array: each gives its parts by number, the first two with a name. */
static void print_parts(const avro_value_t *value, bool named, FILE *out)
{
    size_t count = 0;

    (void)avro_value_get_size(value, &count);
    putc(named ? '{' : '[', out);
    for (size_t i = 0; i < count; i++) {
        avro_value_t part;
        const char *name = NULL;
        if (avro_value_get_by_index(value, i, &part, &name) != 0)
            break;
        if (i > 0)
            putc(',', out);
        if (named) {
            json_write_string(out, bytes_of(name));
            putc(':', out);
        }
        print_value(&part, out);
    }
    putc(named ? '}' : ']', out);
}

static void print_value(const avro_value_t *value, FILE *out)
{
    avro_value_t branch;
    int truth = 0;

    switch (avro_value_get_type(value)) {
    case AVRO_NULL: fputs("null", out); break;
    case AVRO_BOOLEAN:
        (void)avro_value_get_boolean(value, &truth);
        fputs(truth ? "true" : "false", out);
        break;
    case AVRO_STRING: print_text(value, out); break;
    case AVRO_ENUM: print_symbol(value, out); break;
    case AVRO_BYTES:
    case AVRO_FIXED: print_bytes(value, out); break;
    case AVRO_ARRAY: print_parts(value, false, out); break;
    case AVRO_RECORD:
    case AVRO_MAP: print_parts(value, true, out); break;
    case AVRO_UNION:
        if (avro_value_get_current_branch(value, &branch) == 0)
            print_value(&branch, out);
        break;
    default: print_number(value, out); break;
    }
}

static bool print_body(struct avro_obj_t *schema, struct bytes body, FILE *out)
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
    if (printed)
        print_value(&value, out);
    avro_value_decref(&value);
done:
    if (reader != NULL)
        avro_reader_free(reader);
    avro_value_iface_decref(class);
    return printed;
}

/* avro-c believes every length it reads. The bounded walk of a command goes over any record whole, so what it lets through avro-c can
 * read. */
static bool print_checked(const struct walk_plan *plan, struct avro_obj_t *schema, struct bytes body, FILE *out)
{
    struct command command;
    struct refusal refusal;

    return command_avro_decode(plan, body, &command, &refusal) && print_body(schema, body, out);
}

bool value_print_avro(const struct schemas *schemas, struct bytes value, FILE *out)
{
    uint64_t fingerprint;
    struct bytes body;

    if (!framing_fingerprint(value, &fingerprint, &body))
        return false;
    const struct schema *schema = schemas_find(schemas, fingerprint);
    if (schema == NULL)
        return false;
    return print_checked(schema_plan(schema), schema_avro(schema), body, out);
}

bool value_print_cached(const struct cached_schema *schema, struct bytes body, FILE *out)
{
    return print_checked(&schema->plan, schema->avro, body, out);
}
