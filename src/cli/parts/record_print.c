#include "cli/parts/record_print.h"

#include "json/scan.h"
#include "json/json_write.h"
#include "core/rfc3339.h"
#include "core/utf8.h"

#include <inttypes.h>

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void print_key(struct bytes key, FILE *out)
{
    fputs(", \"key\": ", out);
    if (key.data == NULL || utf8_is_text(key)) {
        json_write_string(out, key);
        return;
    }
    fputs("null, \"key_base64\": ", out);
    json_write_base64(out, key);
}

static void print_header(const struct header *header, FILE *out)
{
    json_write_string(out, header->name);
    fputs(": ", out);
    if (header->value.data == NULL || utf8_is_text(header->value)) {
        json_write_string(out, header->value);
        return;
    }
    fputs("{\"base64\": ", out);
    json_write_base64(out, header->value);
    putc('}', out);
}

static void print_headers(const struct record *record, FILE *out)
{
    bool first = true;

    fputs(", \"headers\": {", out);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (record_header(record, (const char *)header->name.data) != header)
            continue;
        if (!first)
            fputs(", ", out);
        first = false;
        print_header(header, out);
    }
    putc('}', out);
}

void record_print_json(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    fputs("{\"topic\": ", out);
    json_write_string(out, bytes_of(record->topic));
    fprintf(out, ", \"partition\": %" PRId32 ", \"offset\": %" PRId64 ", \"timestamp\": ", record->partition,
            record->offset);
    if (record->timestamp_ms >= 0)
        fprintf(out, "%" PRId64, record->timestamp_ms);
    else
        fputs("null", out);
    print_key(record->key, out);
    print_headers(record, out);
    fputs(", \"value\": ", out);
    if (!value_print(schemas, record, out)) {
        fputs("null, \"value_base64\": ", out);
        json_write_base64(out, record->value);
    }
    fputs("}\n", out);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The value of a string member of the top object; absent when there is none. Borrows from the text. */
static struct bytes string_member(struct bytes json, const char *name)
{
    struct scanner scan = scan_start(json);
    struct scanned_string key, value;

    if (!scan_open_object(&scan))
        return (struct bytes){0};
    while (scan_member(&scan, &key) == JSON_MEMBER) {
        if (bytes_equal(key.raw, bytes_of(name)) && scan_peek(&scan) == '"')
            return scan_string(&scan, &value) ? value.raw : (struct bytes){0};
        if (!scan_value(&scan))
            break;
    }
    return (struct bytes){0};
}

static struct bytes code_of(const struct record *record)
{
    const struct header *dead = record_header(record, "__dlq.errors.code");
    const struct header *type = record_header(record, "ce_type");

    if (dead != NULL)
        return dead->value;
    if (type != NULL && bytes_equal(type->value, bytes_of("study-session.rejected.v1")))
        return string_member(record->value, "code");
    return (struct bytes){0};
}

/* As it is when that is short and plain, else in quotes with escapes. */
static void print_word(struct bytes word, FILE *out)
{
    bool plain = word.data != NULL && word.len > 0;

    for (size_t i = 0; i < word.len && plain; i++)
        plain = word.data[i] > ' ' && word.data[i] < 0x7f && word.data[i] != '"';
    if (plain)
        fwrite(word.data, 1, word.len, out);
    else
        json_write_string(out, word);
}

static void print_opaque(struct bytes value, FILE *out)
{
    if (utf8_is_text(value)) {
        json_write_string(out, value);
        return;
    }
    fprintf(out, "%zu bytes ", value.len);
    json_write_base64(out, value);
}

void record_print_text(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    char time[RFC3339_TEXT] = "-";
    struct bytes code = code_of(record);

    if (record->timestamp_ms >= 0)
        rfc3339_format(record_timestamp_us(record), time);
    fprintf(out, "%s %s[%" PRId32 "]@%" PRId64 " ", time, record->topic, record->partition, record->offset);
    print_word(record->key, out);
    if (code.data != NULL) {
        putc(' ', out);
        print_word(code, out);
    }
    putc(' ', out);
    if (!value_print(schemas, record, out))
        print_opaque(record->value, out);
    putc('\n', out);
}
