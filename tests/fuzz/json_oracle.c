#include "json_oracle.h"

#include "fuzz.h"

#include <ctype.h>
#include <jansson.h>
#include <strings.h>

#define DEPTH_MAX 64

/* ---- What jansson would refuse ---- */

/* U+F000 … U+F7FF, of private use, stand for the surrogates, U+F8FF for NUL. */
#define STANDS_FOR_NUL 0xF8FFu

static bool is_surrogate(uint32_t code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

/* The code of the escape at `at`, or -1 when there is none. */
static int32_t escape_code(const uint8_t *at, const uint8_t *end)
{
    char digits[5] = {0};

    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    memcpy(digits, at + 2, 4);
    if (strspn(digits, "0123456789abcdefABCDEF") != 4)
        return -1;
    return (int32_t)strtol(digits, NULL, 16);
}

/* Whether a character is there that stands for another: nothing can be said then. */
static bool has_stand_in(struct bytes json)
{
    for (size_t i = 0; i < json.len; i++) {
        int32_t code = escape_code(json.data + i, json.data + json.len);
        bool raw = json.len - i >= 2 && json.data[i] == 0xEF && json.data[i + 1] >= 0x80 && json.data[i + 1] <= 0xA3;
        if (raw || (code >= 0xF000 && code <= 0xF8FF))
            return true;
    }
    return false;
}

/* Escapes one after another, as the grammar has them: a backslash takes what follows it along. */
static void stand_in(uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        int32_t code = escape_code(at, end);
        if (*at != '\\') {
            at++;
        } else if (code < 0) {
            at += 2;
        } else if (code >= 0xD800 && code <= 0xDBFF && (escape_code(at + 6, end) & ~0x3FF) == 0xDC00) {
            at += 12;
        } else {
            char digits[8];
            snprintf(digits, sizeof digits, "%04x",
                     code == 0                      ? STANDS_FOR_NUL
                     : is_surrogate((uint32_t)code) ? (uint32_t)code + 0x1800
                                                    : (uint32_t)code);
            memcpy(at + 2, digits, 4);
            at += 6;
        }
    }
}

/* UTF-8 of the two ranges: EF 80 80 … EF A3 BF. */
static bool is_text(const json_t *string)
{
    const char *text = json_string_value(string);

    for (size_t i = 0; i + 1 < json_string_length(string); i++)
        if ((uint8_t)text[i] == 0xEF && (uint8_t)text[i + 1] >= 0x80 && (uint8_t)text[i + 1] <= 0xA3)
            return false;
    return true;
}

/* ---- Counting in a text that jansson has accepted ---- */

static const char *string_end(const char *at)
{
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

static size_t deepest(const char *at, const char *end)
{
    size_t depth = 0, most = 0;

    while (at < end) {
        if (*at == '"') {
            at = string_end(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        most = depth > most ? depth : most;
        at++;
    }
    return most;
}

/* How many members the object has that begins at `at`, those of one name counted each. */
static size_t member_count(const char *at)
{
    size_t depth = 0, colons = 0;

    do {
        if (*at == '"') {
            at = string_end(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        colons += depth == 1 && *at == ':';
        at++;
    } while (depth > 0);
    return colons;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static const char *value_end(const char *at)
{
    size_t depth = 0;

    do {
        if (*at == '"') {
            at = string_end(at);
            continue;
        }
        if (depth == 0 && strchr(",}] \t\r\n", *at) != NULL)
            return at;
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (depth > 0 || strchr(",}] \t\r\n", *at) == NULL);
    return at;
}

static bool key_is(const char *begin, const char *end, const char *name)
{
    json_t *key = json_loadb(begin, (size_t)(end - begin), JSON_DECODE_ANY, NULL);
    bool is = json_string_length(key) == strlen(name) && strcmp(json_string_value(key), name) == 0;

    json_decref(key);
    return is;
}

/* Where the value of `name` begins in the object at `at`, which has it once. */
static const char *find_value(const char *at, const char *name)
{
    for (at = skip_blanks(at + 1); *at == '"';) {
        const char *key = at, *key_end = string_end(at);
        const char *value = skip_blanks(skip_blanks(key_end) + 1);
        if (key_is(key, key_end, name))
            return value;
        at = skip_blanks(value_end(value));
        at = skip_blanks(at + (*at == ','));
    }
    return NULL;
}

/* ---- Values ---- */

static bool is_uuid_text(const json_t *string)
{
    const char *text = json_string_value(string);

    if (json_string_length(string) != 36)
        return false;
    for (size_t i = 0; i < 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : isxdigit((unsigned char)text[i]) == 0)
            return false;
    return true;
}

static void check_uuid(const json_t *value, const struct field_uuid *field)
{
    char text[UUID_TEXT + 1];

    if (value == NULL || json_is_null(value)) {
        MUST(field->state == FIELD_ABSENT);
    } else if (is_uuid_text(value)) {
        MUST(field->state == FIELD_VALUE);
        uuid_format(&field->value, text);
        MUST(strcasecmp(text, json_string_value(value)) == 0);
    } else {
        MUST(field->state == FIELD_INVALID);
    }
}

static void check_int(const json_t *value, const struct field_int *field)
{
    if (value == NULL || json_is_null(value)) {
        MUST(field->state == FIELD_ABSENT && field->value == 0);
    } else if (json_is_integer(value)) {
        MUST(field->state == FIELD_VALUE && field->value == json_integer_value(value));
    } else {
        MUST(field->state == FIELD_INVALID && field->value == 0);
    }
}

static void check_text(const json_t *value, struct bytes text)
{
    struct bytes wanted = {(const uint8_t *)json_string_value(value), json_string_length(value)};

    if (!is_text(value))
        wanted.len = 0;
    MUST(wanted.len == 0 ? text.data == NULL : bytes_equal(wanted, text));
}

static void check_command(const json_t *object, const struct command *command)
{
    check_uuid(json_object_get(object, "command_id"), &command->command_id);
    check_int(json_object_get(object, "group_id"), &command->group_id);
    check_int(json_object_get(object, "study_activity_id"), &command->study_activity_id);
}

/* ---- The whole ---- */

/* A JSON text as jansson sees it. */
struct document {
    char *text; /* with a NUL behind it */
    json_t *top;
};

enum reading { READ, REFUSED, UNKNOWN };

static enum reading document_open(struct document *document, struct bytes json)
{
    json_error_t error;

    *document = (struct document){0};
    if (json.len >= 3 && memcmp(json.data, "\xEF\xBB\xBF", 3) == 0)
        json = (struct bytes){json.data + 3, json.len - 3};
    /* Behind a number jansson swallows one. */
    if (json.len == 0 || memchr(json.data, 0, json.len) != NULL)
        return REFUSED;
    if (has_stand_in(json))
        return UNKNOWN;
    document->text = strndup((const char *)json.data, json.len);
    if (document->text == NULL)
        abort();
    stand_in((uint8_t *)document->text, (uint8_t *)document->text + json.len);
    document->top = json_loadb(document->text, json.len, 0, &error);
    if (document->top == NULL)
        return json_error_code(&error) == json_error_numeric_overflow ? UNKNOWN : REFUSED;
    return json_is_object(document->top) && deepest(document->text, document->text + json.len) <= DEPTH_MAX &&
                   member_count(skip_blanks(document->text)) == json_object_size(document->top)
               ? READ
               : REFUSED;
}

static void document_close(struct document *document)
{
    json_decref(document->top);
    free(document->text);
}

/* By the RFC's own table, four characters at a time. */
static bool base64_read(const json_t *string, uint8_t *out, size_t *length)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *text = json_string_value(string);
    size_t size = json_string_length(string);

    *length = 0;
    for (size_t i = 0; i < size; i += 4) {
        size_t used = i + 4 < size ? 4 : size - i;
        uint32_t group = 0;
        while (i + 4 >= size && used > 2 && text[i + used - 1] == '=')
            used--;
        if (size - i < 4)
            return false;
        for (size_t j = 0; j < 4; j++) {
            const char *found = j < used && text[i + j] != 0 ? strchr(alphabet, text[i + j]) : NULL;
            if (j < used && found == NULL)
                return false;
            group = group << 6 | (found == NULL ? 0 : (uint32_t)(found - alphabet));
        }
        for (size_t j = 0; j + 1 < used; j++)
            out[(*length)++] = (uint8_t)(group >> (16 - 8 * j));
        if ((group & (used == 2 ? 0xFFFFu : used == 3 ? 0xFFu : 0)) != 0)
            return false;
    }
    return true;
}

/* The CloudEvent's data: `*object` borrows from `inner` or from `outer`. */
static enum reading open_data(const struct document *outer, struct document *inner, const json_t **object)
{
    const json_t *data = json_object_get(outer->top, "data"), *base64 = json_object_get(outer->top, "data_base64");
    size_t length;

    *inner = (struct document){0};
    *object = data;
    if (base64 == NULL || json_is_null(base64))
        return json_is_object(data) &&
                       member_count(find_value(skip_blanks(outer->text), "data")) == json_object_size(data)
                   ? READ
                   : REFUSED;
    if (!json_is_string(base64) || (data != NULL && !json_is_null(data)))
        return REFUSED;
    uint8_t *bytes = malloc(json_string_length(base64) + 1);
    bool good = base64_read(base64, bytes, &length);
    enum reading reading = good ? document_open(inner, (struct bytes){bytes, length}) : REFUSED;
    free(bytes);
    *object = inner->top;
    return reading;
}

/* The id that the command's own would rest on is no text. */
static bool rests_on_no_text(const json_t *envelope, const json_t *data)
{
    const json_t *own = json_object_get(data, "command_id"), *id = json_object_get(envelope, "id"),
                 *source = json_object_get(envelope, "source");

    if (own != NULL && !json_is_null(own))
        return false;
    if (!is_text(id))
        return true;
    return json_string_length(id) > 0 && !is_uuid_text(id) && !is_text(source);
}

static void check_envelope(const json_t *envelope, bool structured, const struct command *command)
{
    check_text(json_object_get(envelope, "id"), command->ce_id);
    check_text(json_object_get(envelope, "source"), command->ce_source);
    check_text(json_object_get(envelope, "correlationid"), command->ce_correlationid);
    check_text(json_object_get(envelope, "traceparent"), command->ce_traceparent);
    check_text(json_object_get(envelope, "tracestate"), command->ce_tracestate);
    if (structured || json_object_get(envelope, "data") != NULL) {
        MUST(command->former == NULL);
        return;
    }
    MUST(command->former != NULL);
    check_uuid(json_object_get(envelope, "command_id"), &command->former->command_id);
    check_int(json_object_get(envelope, "group_id"), &command->former->group_id);
    check_int(json_object_get(envelope, "study_activity_id"), &command->former->study_activity_id);
}

static bool is_envelope(const json_t *top, bool structured)
{
    const json_t *base64 = json_object_get(top, "data_base64");
    bool has_data = json_object_get(top, "data") != NULL || (base64 != NULL && !json_is_null(base64));

    return structured || (has_data && json_object_get(top, "specversion") != NULL);
}

static void check_read(const struct document *document, bool structured, const struct command *command)
{
    bool envelope = is_envelope(document->top, structured);
    const json_t *object = document->top;
    struct document inner = {0};
    enum reading reading = envelope ? open_data(document, &inner, &object) : READ;

    if (reading == READ && envelope && rests_on_no_text(document->top, object))
        reading = REFUSED;
    if (reading != UNKNOWN)
        MUST((reading == READ) == (command != NULL));
    if (reading == READ && command != NULL) {
        MUST(command->structured == envelope);
        check_command(object, command);
        if (envelope)
            check_envelope(document->top, structured, command);
        else
            MUST(command->former == NULL && command->ce_id.data == NULL && command->ce_correlationid.data == NULL);
    }
    document_close(&inner);
}

void json_oracle_check(struct bytes json, bool structured, const struct command *command)
{
    struct document document;

    switch (document_open(&document, json)) {
    case READ: check_read(&document, structured, command); break;
    case REFUSED: MUST(command == NULL); break;
    case UNKNOWN: break;
    }
    document_close(&document);
}
