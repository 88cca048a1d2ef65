#include "cli/parts/record_print.h"

#include "json/scan.h"
#include "json/writer.h"
#include "core/rfc3339.h"
#include "core/utf8.h"

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

void write_place(struct json_writer *json, const struct record *record)
{
    write_member_text(json, "topic", record->topic);
    write_member_int(json, "partition", record->partition);
    write_member_int(json, "offset", record->offset);
    write_member_known_int(json, "timestamp", record->timestamp_ms, record->timestamp_ms >= 0);
}

static void write_key_of(const struct record *record, struct json_writer *json)
{
    if (record->key.data == NULL || utf8_is_text(record->key)) {
        write_member_string(json, "key", record->key);
        return;
    }
    write_member_text(json, "key", NULL);
    write_key(json, "key_base64");
    write_base64(json, record->key);
}

static void write_header(const struct header *header, struct json_writer *json)
{
    write_foreign_key(json, header->name);
    if (header->value.data == NULL || utf8_is_text(header->value)) {
        write_string(json, header->value);
        return;
    }
    write_object(json);
    write_key(json, "base64");
    write_base64(json, header->value);
    write_object_end(json);
}

static void write_headers(const struct record *record, struct json_writer *json)
{
    write_key(json, "headers");
    write_object(json);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (record_header(record, (const char *)header->name.data) == header)
            write_header(header, json);
    }
    write_object_end(json);
}

void record_print_json(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    write_object(&json);
    write_place(&json, record);
    write_key_of(record, &json);
    write_headers(record, &json);
    write_key(&json, "value");
    if (!value_print(schemas, record, &json)) {
        write_null(&json);
        write_key(&json, "value_base64");
        write_base64(&json, record->value);
    }
    write_object_end(&json);
    write_line_end(&json);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The value of a string member of the top object; absent when there is none. Borrows from the text. */
static struct bytes string_member(struct bytes json, const char *name)
{
    struct scanner scan = scan_start(json);
    struct scanned_string value;

    return scan_find(&scan, name) && scan_string(&scan, &value) ? value.raw : (struct bytes){0};
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

/* Prints it as it is when it is short and plain, else in quotes with escapes. */
static void print_word(struct bytes word, FILE *out)
{
    bool plain = word.data != NULL && word.len > 0;

    for (size_t i = 0; i < word.len && plain; i++)
        plain = word.data[i] > ' ' && word.data[i] < 0x7f && word.data[i] != '"';
    if (plain)
        fwrite(word.data, 1, word.len, out);
    else
        print_quoted(word, out);
}

static void print_opaque(struct bytes value, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    if (utf8_is_text(value)) {
        write_string(&json, value);
        return;
    }
    fprintf(out, "%zu bytes ", value.len);
    write_base64(&json, value);
}

void record_print_text(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    struct json_writer json = json_to_stream(out);
    char time[RFC3339_TEXT] = "-", place[RECORD_PLACE_TEXT];
    struct bytes code = code_of(record);

    if (record->timestamp_ms >= 0)
        rfc3339_format(record_timestamp_us(record), time);
    fprintf(out, "%s %s ", time, record_place(record->topic, record->partition, record->offset, place));
    print_word(record->key, out);
    if (code.data != NULL) {
        putc(' ', out);
        print_word(code, out);
    }
    putc(' ', out);
    if (!value_print(schemas, record, &json))
        print_opaque(record->value, out);
    putc('\n', out);
}

void record_print_whole(struct value_schemas *schemas, const struct record *record, FILE *out)
{
    struct json_writer json = json_to_stream(out);
    char time[RFC3339_TEXT] = "-", place[RECORD_PLACE_TEXT];

    if (record->timestamp_ms >= 0)
        rfc3339_format(record_timestamp_us(record), time);
    fprintf(out, "%s\ntime: %s\nkey: ", record_place(record->topic, record->partition, record->offset, place), time);
    print_word(record->key, out);
    fputs("\nheaders:\n", out);
    for (size_t i = 0; i < record->header_count; i++) {
        fputs("  ", out);
        print_word(record->headers[i].name, out);
        fputs(": ", out);
        print_opaque(record->headers[i].value, out);
        putc('\n', out);
    }
    fputs("value: ", out);
    if (!value_print(schemas, record, &json))
        print_opaque(record->value, out);
    putc('\n', out);
}
