/*
 * How records name their schema: schema_id.table.
 */
#include "core/schema_id.h"

#include "table.h"

#define BYTES_MAX 32

/* A cell in hexadecimal; "-" is none. */
static size_t bytes_from(const char *hex, uint8_t bytes[static BYTES_MAX])
{
    size_t len = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;

    ck_assert_uint_le(len, BYTES_MAX);
    for (size_t i = 0; i < len; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return len;
}

static void check_read(const struct table_row *row)
{
    uint8_t bytes[BYTES_MAX];
    size_t len = bytes_from(row->cell[0], bytes);
    uint8_t *exact = malloc(len + 1); /* so that a sanitizer sees what is read behind the end */
    struct schema_id id;
    char text[SCHEMA_ID_TEXT];
    char got[SCHEMA_ID_TEXT + 8] = "no";

    ck_assert_ptr_nonnull(exact);
    memcpy(exact + 1, bytes, len);
    if (schema_id_read((struct bytes){exact + 1, len}, &id)) {
        schema_id_text(&id, text);
        snprintf(got, sizeof got, "%s %zu", text, schema_id_size(&id));
    }
    free(exact);
    ck_assert_msg(strcmp(got, row->cell[1]) == 0, "%s:%d: got %s", row->path, row->line, got);
}

START_TEST(ids_are_read_from_the_front_of_a_record)
{
    table_each("tests/core/schema_id.table", check_read);
}
END_TEST

static struct schema_id id_of(const char *hex)
{
    uint8_t bytes[BYTES_MAX];
    struct schema_id id;

    ck_assert(schema_id_read((struct bytes){bytes, bytes_from(hex, bytes)}, &id));
    return id;
}

START_TEST(ids_are_equal_when_all_of_them_is)
{
    const struct schema_id ids[] = {
        id_of("0000000000"),
        id_of("0000000011"),
        id_of("0100000000000000000000000000000000"),
        id_of("0100000000000000000000000000000011"),
        id_of("0111000000000000000000000000000000"),
    };

    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            ck_assert_int_eq(schema_id_equal(&ids[i], &ids[j]), i == j);
}
END_TEST

START_TEST(what_is_absent_is_no_id)
{
    struct schema_id id;

    ck_assert(!schema_id_read((struct bytes){0}, &id));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema_id");
    TCase *tcase = tcase_create("schema_id");

    tcase_add_test(tcase, ids_are_read_from_the_front_of_a_record);
    tcase_add_test(tcase, ids_are_equal_when_all_of_them_is);
    tcase_add_test(tcase, what_is_absent_is_no_id);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
