#include "json/writer.h"

#include "core/decimal.h"
#include "json/escape.h"

struct json_writer json_to_stream(FILE *out)
{
    return (struct json_writer){.out = out, .style = JSON_TERMINAL, .spaced = true};
}

struct json_writer json_to_buffer(char *buffer, size_t size, enum json_style style)
{
    return (struct json_writer){.at = buffer, .end = buffer + size, .style = style};
}

/* Writes all of it or nothing. */
static inline void put(struct json_writer *json, const void *data, size_t len)
{
    if (json->out != NULL) {
        fwrite(data, 1, len, json->out);
    } else if (len <= (size_t)(json->end - json->at)) {
        memcpy(json->at, data, len);
        json->at += len;
    } else {
        json->full = true;
    }
}

static void put_text(struct json_writer *json, const char *text)
{
    put(json, text, strlen(text));
}

/* Writes the comma and blanks that are due before a key or a value. */
static void separate(struct json_writer *json)
{
    if (json->comma)
        put(json, ", ", json->spaced ? 2 : 1);
    json->comma = false;
}

static void write_word(struct json_writer *json, const char *word)
{
    separate(json);
    put_text(json, word);
    json->comma = true;
}

static void open_with(struct json_writer *json, const char *bracket)
{
    separate(json);
    put(json, bracket, 1);
}

static void close_with(struct json_writer *json, const char *bracket)
{
    put(json, bracket, 1);
    json->comma = true;
}

void write_object(struct json_writer *json)
{
    open_with(json, "{");
}

void write_object_end(struct json_writer *json)
{
    close_with(json, "}");
}

void write_array(struct json_writer *json)
{
    open_with(json, "[");
}

void write_array_end(struct json_writer *json)
{
    close_with(json, "]");
}

static void end_key(struct json_writer *json)
{
    put(json, ": ", json->spaced ? 2 : 1);
    json->comma = false;
}

void write_key(struct json_writer *json, const char *name)
{
    separate(json);
    put(json, "\"", 1);
    put_text(json, name);
    put(json, "\"", 1);
    end_key(json);
}

void write_foreign_key(struct json_writer *json, struct bytes name)
{
    write_string(json, name);
    end_key(json);
}

void write_key_below(struct json_writer *json, const char *name)
{
    if (json->comma)
        put_text(json, ",\n ");
    json->comma = false;
    write_foreign_key(json, bytes_of(name));
}

void write_null(struct json_writer *json)
{
    write_word(json, "null");
}

void write_bool(struct json_writer *json, bool value)
{
    write_word(json, value ? "true" : "false");
}

void write_int(struct json_writer *json, int64_t value)
{
    char text[DECIMAL_TEXT];

    separate(json);
    put(json, text, decimal_format(value, text));
    json->comma = true;
}

/* Writes as many of the characters as fit into the buffer. */
static size_t put_run(struct json_writer *json, const uint8_t *at, size_t len)
{
    size_t room = json->out != NULL ? len : (size_t)(json->end - json->at);

    put(json, at, len < room ? len : room);
    json->full = json->full || room < len;
    return len;
}

static size_t put_character(struct json_writer *json, const uint8_t *at, const uint8_t *end)
{
    char piece[ESCAPE_SIZE];
    size_t taken;
    size_t len = escape_character(json->style, at, end, piece, &taken);

    put(json, piece, len);
    return taken;
}

static void put_characters(struct json_writer *json, struct bytes text)
{
    const uint8_t *at = text.data, *end = text.len == 0 ? at : at + text.len;

    while (at < end && !json->full) {
        at += put_run(json, at, escape_plain_run(at, end));
        if (at < end && !json->full)
            at += put_character(json, at, end);
    }
}

void write_string(struct json_writer *json, struct bytes text)
{
    if (text.data == NULL) {
        write_null(json);
        return;
    }
    separate(json);
    json->comma = true;
    if (json->out == NULL && json->end - json->at < 2) {
        json->full = true;
        return;
    }
    put(json, "\"", 1);
    if (json->out == NULL)
        json->end--; /* room for the other quote */
    put_characters(json, text);
    if (json->out == NULL)
        json->end++;
    put(json, "\"", 1);
}

size_t written_size(enum json_style style, struct bytes text)
{
    const uint8_t *at = text.data, *end = text.len == 0 ? at : at + text.len;
    char piece[ESCAPE_SIZE];
    size_t size = 2, taken;

    while (at < end) {
        size_t run = escape_plain_run(at, end);
        at += run;
        size += run;
        if (at == end)
            break;
        size += escape_character(style, at, end, piece, &taken);
        at += taken;
    }
    return size;
}

void write_base64(struct json_writer *json, struct bytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    open_with(json, "\"");
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? bytes.data[i + 2] : 0;
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63], left > 1 ? digits[group >> 6 & 63] : '=',
                        left > 2 ? digits[group & 63] : '='};
        put(json, four, sizeof four);
    }
    close_with(json, "\"");
}

void write_raw(struct json_writer *json, struct bytes members)
{
    separate(json);
    put(json, members.data, members.len);
    json->comma = true;
}

/* How much of valid JSON can be written as it is: no line break, no control character. */
static size_t visible_run(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;

    while (at < end && *at >= 0x20 && *at != 0x7f && *at != 0xc2)
        at++;
    return (size_t)(at - start);
}

void write_on_one_line(struct json_writer *json, struct bytes value)
{
    const uint8_t *at = value.data, *end = at + value.len;

    separate(json);
    while (at < end) {
        size_t run = visible_run(at, end);
        put(json, at, run);
        at += run;
        if (at == end)
            break;
        /*
         * In valid JSON bytes below 0x20 are blanks between tokens; the other control characters are parts of strings.
         */
        if (*at < 0x20)
            put(json, *at == '\t' ? "\t" : " ", 1);
        at += *at < 0x20 ? 1 : put_character(json, at, end);
    }
    json->comma = true;
}

void write_member_text(struct json_writer *json, const char *name, const char *text)
{
    write_member_string(json, name, bytes_of(text));
}

void write_member_string(struct json_writer *json, const char *name, struct bytes text)
{
    write_key(json, name);
    write_string(json, text);
}

void write_member_int(struct json_writer *json, const char *name, int64_t value)
{
    write_key(json, name);
    write_int(json, value);
}

void write_member_bool(struct json_writer *json, const char *name, bool value)
{
    write_key(json, name);
    write_bool(json, value);
}

void write_member_known_int(struct json_writer *json, const char *name, int64_t value, bool known)
{
    if (known) {
        write_member_int(json, name, value);
        return;
    }
    write_key(json, name);
    write_null(json);
}

void write_line_end(struct json_writer *json)
{
    put(json, "\n", 1);
    json->comma = false;
}

void print_quoted(struct bytes text, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    write_string(&json, text);
}
