/* JSON as it is written: strings of any bytes for each kind of reader, commas, and buffers that are too small. */
#include "table.h"

#include "json/writer.h"

/* What `writer` put into the buffer; NUL-terminated. */
static const char *written(struct json_writer *writer, char *buffer)
{
    *writer->at = 0;
    return buffer;
}

static const char *string_of(enum json_style style, const char *bytes, size_t len)
{
    static char buffer[1024];
    struct bytes text = {(const uint8_t *)bytes, len};
    struct json_writer json = json_to_buffer(buffer, sizeof buffer - 1, style);

    write_string(&json, text);
    ck_assert(!json.full);
    if (bytes != NULL)
        ck_assert_uint_eq((size_t)(json.at - buffer), written_size(style, text));
    return written(&json, buffer);
}

static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in != 0;) {
        unsigned byte;
        if (sscanf(in, "\\x%2x", &byte) == 1) {
            *out++ = (char)byte;
            in += 4;
        } else {
            *out++ = *in++;
        }
    }
    *out = 0;
}

static void check_string(const struct table_row *row)
{
    char cut[1024];

    unescape(row->cell[0]);
    unescape(row->cell[1]);
    const char *whole = string_of(JSON_LOG, row->cell[0], strlen(row->cell[0]));
    ck_assert_msg(strcmp(whole, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line, whole);

    /* Whatever the room, the result fits and is closed. */
    for (size_t room = 2; room <= strlen(whole) + 1; room++) {
        struct json_writer json = json_to_buffer(cut, room, JSON_LOG);
        write_string(&json, bytes_of(row->cell[0]));
        size_t len = (size_t)(json.at - cut);
        ck_assert(len <= room && cut[0] == '"' && cut[len - 1] == '"');
        ck_assert(strncmp(cut, whole, len - 1) == 0);
        ck_assert_int_eq(json.full, len < strlen(whole));
    }
}

START_TEST(any_bytes_become_a_string)
{
    table_each("tests/json/strings.table", check_string);
}
END_TEST

START_TEST(a_terminal_gets_no_raw_control_character)
{
    ck_assert_str_eq(string_of(JSON_TERMINAL, "", 0), "\"\"");
    ck_assert_str_eq(string_of(JSON_TERMINAL, "a\"b\\c\n\x1b[31m\x7f", 12), "\"a\\\"b\\\\c\\n\\u001b[31m\\u007f\"");
    ck_assert_str_eq(string_of(JSON_TERMINAL, "\xc3\xa9\xc2\x9b\xff\xc3", 6), "\"\xc3\xa9\\u009b\\ufffd\\ufffd\"");
    ck_assert_str_eq(string_of(JSON_TERMINAL, "a\0b", 3), "\"a\\u0000b\"");
    ck_assert_str_eq(string_of(JSON_TERMINAL, NULL, 0), "null");
}
END_TEST

START_TEST(a_record_gets_the_short_escapes_and_all_else_as_it_is)
{
    ck_assert_str_eq(string_of(JSON_RECORD, "\b\f\x7f\xc2\x9b\x01", 6), "\"\\b\\f\x7f\xc2\x9b\\u0001\"");
    ck_assert_str_eq(string_of(JSON_LOG, "\b\f", 2), "\"\\u0008\\u000c\"");
}
END_TEST

/* Strings are read eight bytes at a time. */
START_TEST(a_special_byte_is_seen_wherever_it_stands)
{
    for (int byte = 0; byte < 0x80; byte++) {
        bool is_special = byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\';
        char alone[16];
        snprintf(alone, sizeof alone, "%s", string_of(JSON_TERMINAL, &(char){(char)byte}, 1));
        ck_assert_int_eq(strlen(alone) > 3, is_special);
        for (int at = 0; at < 17; at++) {
            char text[18], wanted[64];
            memset(text, '~', 17);
            text[at] = (char)byte;
            snprintf(wanted, sizeof wanted, "\"%.*s%.*s%.*s\"", at, "~~~~~~~~~~~~~~~~~", (int)strlen(alone) - 2,
                     alone + 1, 16 - at, "~~~~~~~~~~~~~~~~~");
            ck_assert_str_eq(string_of(JSON_TERMINAL, text, 17), wanted);
        }
    }
}
END_TEST

START_TEST(base64_is_that_of_rfc_4648)
{
    static const char *const cases[][2] = {
        {"",         "\"\""        },
        {"f",        "\"Zg==\""    },
        {"fo",       "\"Zm8=\""    },
        {"foo",      "\"Zm9v\""    },
        {"foobar",   "\"Zm9vYmFy\""},
        {"\xfb\xff", "\"+/8=\""    }
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[64];
        struct json_writer json = json_to_buffer(buffer, sizeof buffer - 1, JSON_RECORD);
        write_base64(&json, bytes_of(cases[i][0]));
        ck_assert_str_eq(written(&json, buffer), cases[i][1]);
    }
}
END_TEST

START_TEST(json_of_many_lines_becomes_one)
{
    static const char *const cases[][2] = {
        {"{\n \"a\":\r\n1}",         "{  \"a\":  1}"             },
        {"\"\x7f\xc2\x9b\xc3\xa9\"", "\"\\u007f\\u009b\xc3\xa9\""},
        {"[1,\t2]",                  "[1,\t2]"                   }
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[64];
        struct json_writer json = json_to_buffer(buffer, sizeof buffer - 1, JSON_TERMINAL);
        write_on_one_line(&json, bytes_of(cases[i][0]));
        ck_assert_str_eq(written(&json, buffer), cases[i][1]);
    }
}
END_TEST

static void write_document(struct json_writer *json)
{
    write_object(json);
    write_member_int(json, "least", INT64_MIN);
    write_member_known_int(json, "none", 7, false);
    write_key(json, "list");
    write_array(json);
    write_object(json);
    write_object_end(json);
    write_array(json);
    write_array_end(json);
    write_bool(json, true);
    write_null(json);
    write_array_end(json);
    write_member_text(json, "text", NULL);
    write_raw(json, bytes_of("\"a\":1,\"b\":2"));
    write_key_below(json, "below");
    write_bool(json, false);
    write_object_end(json);
    write_line_end(json);
}

START_TEST(commas_stand_between_members_and_nowhere_else)
{
    char buffer[256], *stream = NULL;
    size_t size;
    struct json_writer json = json_to_buffer(buffer, sizeof buffer - 1, JSON_RECORD);
    FILE *out = open_memstream(&stream, &size);

    write_document(&json);
    ck_assert_str_eq(written(&json, buffer),
                     "{\"least\":-9223372036854775808,\"none\":null,\"list\":[{},[],true,null],\"text\":null,"
                     "\"a\":1,\"b\":2,\n \"below\":false}\n");
    json = json_to_stream(out);
    write_document(&json);
    fclose(out);
    ck_assert_str_eq(stream, "{\"least\": -9223372036854775808, \"none\": null, \"list\": [{}, [], true, null], "
                             "\"text\": null, \"a\":1,\"b\":2,\n \"below\": false}\n");
    free(stream);
}
END_TEST

START_TEST(a_buffer_is_never_left_and_says_that_it_was_full)
{
    char whole[256];
    struct json_writer large = json_to_buffer(whole, sizeof whole, JSON_RECORD);

    write_document(&large);
    size_t len = (size_t)(large.at - whole);
    for (size_t room = 0; room < len + 10; room++) {
        char buffer[256];
        memset(buffer, '#', sizeof buffer);
        struct json_writer json = json_to_buffer(buffer, room, JSON_RECORD);
        write_document(&json);
        ck_assert(json.at <= buffer + room && buffer[room] == '#');
        ck_assert_int_eq(json.full, room < len);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer");
    TCase *tcase = tcase_create("writer");

    tcase_add_test(tcase, any_bytes_become_a_string);
    tcase_add_test(tcase, a_terminal_gets_no_raw_control_character);
    tcase_add_test(tcase, a_record_gets_the_short_escapes_and_all_else_as_it_is);
    tcase_add_test(tcase, a_special_byte_is_seen_wherever_it_stands);
    tcase_add_test(tcase, base64_is_that_of_rfc_4648);
    tcase_add_test(tcase, json_of_many_lines_becomes_one);
    tcase_add_test(tcase, commas_stand_between_members_and_nowhere_else);
    tcase_add_test(tcase, a_buffer_is_never_left_and_says_that_it_was_full);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
