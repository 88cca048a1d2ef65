#include "json_oracle.h"

#include "fuzz.h"

#include <ctype.h>
#include <jansson.h>
#include <strings.h>

#define DEPTH_MAX 64

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

    MUST(wanted.len == 0 ? text.data == NULL : bytes_equal(wanted, text));
}

static void check_command(const json_t *object, const struct command *command)
{
    check_uuid(json_object_get(object, "command_id"), &command->command_id);
    check_int(json_object_get(object, "group_id"), &command->group_id);
    check_int(json_object_get(object, "study_activity_id"), &command->study_activity_id);
}

/* ---- The whole ---- */

/* `text` is `top` as it stands, with a NUL behind it. */
static void check_read(const char *text, const json_t *top, bool structured, const struct command *command)
{
    const json_t *data = json_object_get(top, "data");
    const char *begin = skip_blanks(text);
    bool envelope = structured || (data != NULL && json_object_get(top, "specversion") != NULL);
    bool readable = json_is_object(top) && deepest(text, text + strlen(text)) <= DEPTH_MAX &&
                    member_count(begin) == json_object_size(top);

    if (readable && envelope)
        readable = json_is_object(data) && member_count(find_value(begin, "data")) == json_object_size(data);
    MUST(readable == (command != NULL));
    if (command == NULL)
        return;
    MUST(command->structured == envelope);
    check_command(envelope ? data : top, command);
    check_text(envelope ? json_object_get(top, "id") : NULL, command->ce_id);
    check_text(envelope ? json_object_get(top, "source") : NULL, command->ce_source);
    check_text(envelope ? json_object_get(top, "correlationid") : NULL, command->ce_correlationid);
    check_text(envelope ? json_object_get(top, "traceparent") : NULL, command->ce_traceparent);
    check_text(envelope ? json_object_get(top, "tracestate") : NULL, command->ce_tracestate);
}

void json_oracle_check(struct bytes json, bool structured, const struct command *command)
{
    json_error_t error;

    /* Behind a number jansson swallows one. */
    if (memchr(json.data, 0, json.len) != NULL) {
        MUST(command == NULL);
        return;
    }
    json_t *top = json_loadb((const char *)json.data, json.len, 0, &error);
    if (top == NULL) {
        MUST(command == NULL || json_error_code(&error) == json_error_numeric_overflow);
        return;
    }
    char *text = strndup((const char *)json.data, json.len);
    if (text == NULL)
        abort();
    check_read(text, top, structured, command);
    free(text);
    json_decref(top);
}
