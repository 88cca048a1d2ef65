/**
 * Commands and raw bytes written as text, for the tables of the decoding tests.
 *
 * Fields: `-` is absent, `!` is invalid, anything else is the value. Bytes are taken as they are, except that `<C3>` is
 * the byte C3 (two upper-case hexadecimal digits), `-` alone is no bytes at all.
 */
#ifndef TESTS_CODEC_COMMAND_CASE_H
#define TESTS_CODEC_COMMAND_CASE_H

#include "core/command.h"

#include "table.h"

#include <inttypes.h>

static inline int case_hex_digit(char c)
{
    const char *digits = "0123456789ABCDEF", *found = c == 0 ? NULL : strchr(digits, toupper((unsigned char)c));

    return found == NULL ? -1 : (int)(found - digits);
}

/**
 * Bytes in a block of their exact size, so that a sanitizer notices the first read after them. The caller frees `data`.
 */
static inline struct bytes case_exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    if (len > 0)
        memcpy(copy, data, len);
    return (struct bytes){copy, len};
}

static inline struct bytes case_bytes(const char *text)
{
    char out[4096];
    size_t len = 0;

    if (strcmp(text, "-") == 0)
        return case_exact(out, 0);
    for (; *text != 0; len++) {
        bool is_hex = text[0] == '<' && case_hex_digit(text[1]) >= 0 && case_hex_digit(text[2]) >= 0 && text[3] == '>';
        out[len] = is_hex ? (char)(case_hex_digit(text[1]) * 16 + case_hex_digit(text[2])) : *text;
        text += is_hex ? 4 : 1;
    }
    return case_exact(out, len);
}

/** Hexadecimal digits with or without blanks between the bytes; `-` is none. */
static inline struct bytes case_hex(const char *text)
{
    uint8_t out[2048];
    size_t len = 0;

    for (; *text != 0; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        ck_assert_msg(case_hex_digit(text[0]) >= 0 && case_hex_digit(text[1]) >= 0, "not hexadecimal: %s", text);
        out[len++] = (uint8_t)(case_hex_digit(text[0]) * 16 + case_hex_digit(text[1]));
        text++;
    }
    return case_exact(out, len);
}

static inline void case_check_int(const struct table_row *row, const char *wanted, struct field_int field)
{
    char found[32] = "-";

    if (field.state == FIELD_INVALID)
        snprintf(found, sizeof found, "!");
    else if (field.state == FIELD_VALUE)
        snprintf(found, sizeof found, "%" PRId64, field.value);
    ck_assert_msg(strcmp(found, wanted) == 0, "%s:%d: decoded as %s, not %s", row->path, row->line, found, wanted);
    ck_assert(field.state == FIELD_VALUE || field.value == 0);
}

static inline void case_check_uuid(const struct table_row *row, const char *wanted, struct field_uuid field)
{
    char found[UUID_TEXT + 1] = "-";

    if (field.state == FIELD_INVALID)
        snprintf(found, sizeof found, "!");
    else if (field.state == FIELD_VALUE)
        uuid_format(&field.value, found);
    ck_assert_msg(strcmp(found, wanted) == 0, "%s:%d: decoded as %s, not %s", row->path, row->line, found, wanted);
}

/** Compares with the cells command_id, group_id, study_activity_id, of which `first` is the first. */
static inline void case_check_command(const struct table_row *row, int first, const struct command *command)
{
    ck_assert_msg(row->count > first + 2, "%s:%d: cells are missing", row->path, row->line);
    case_check_uuid(row, row->cell[first], command->command_id);
    case_check_int(row, row->cell[first + 1], command->group_id);
    case_check_int(row, row->cell[first + 2], command->study_activity_id);
}

/** Checks that a refusal has left nothing behind that could be taken for a command. */
static inline void case_check_refused(const struct table_row *row, const char *wanted, const char *reason)
{
    ck_assert_msg(reason != NULL, "%s:%d: refused without a reason", row->path, row->line);
    ck_assert_msg(wanted == NULL || strcmp(reason, wanted) == 0, "%s:%d: refused because \"%s\", not \"%s\"", row->path,
                  row->line, reason, wanted);
}

#endif
