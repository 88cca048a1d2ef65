/*
 * Hints: the text that the ledger keeps of them (hints.table).
 */
#include "core/hint.h"

#include "core/outcome.h"

#include "table.h"

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct bytes cell(const char *text)
{
    return strcmp(text, "-") == 0 ? (struct bytes){0} : bytes_of(text);
}

static void check_found(const struct table_row *row)
{
    static const enum command_field fields[] = {COMMAND_FIELD_COMMAND_ID, COMMAND_FIELD_GROUP_ID,
                                                COMMAND_FIELD_STUDY_ACTIVITY_ID};

    for (int i = 0; i < 3; i++) {
        struct bytes name = hints_find(cell(row->cell[0]), fields[i]), wanted = cell(row->cell[i + 1]);
        ck_assert_msg(bytes_equal(name, wanted), "%s:%d: %s has \"%.*s\"", row->path, row->line,
                      command_field_name(fields[i]), (int)name.len, (const char *)name.data);
    }
}

START_TEST(a_hint_is_read_from_any_text_and_only_if_it_fits)
{
    table_each("tests/core/hints.table", check_found);
}
END_TEST

START_TEST(what_is_added_is_found)
{
    struct bytes hints = {0};

    hints = hints_add(hints, COMMAND_FIELD_GROUP_ID, bytes_of("group-id"), &arena);
    hints = hints_add(hints, COMMAND_FIELD_STUDY_ACTIVITY_ID, bytes_of("no:hint"), &arena);
    hints = hints_add(hints, COMMAND_FIELD_STUDY_ACTIVITY_ID, bytes_of("Study Activity.ID"), &arena);
    ck_assert_str_eq((const char *)hints.data, "group_id:group-id,study_activity_id:Study Activity.ID");
    ck_assert(bytes_equal(hints_find(hints, COMMAND_FIELD_GROUP_ID), bytes_of("group-id")));
    ck_assert(bytes_equal(hints_find(hints, COMMAND_FIELD_STUDY_ACTIVITY_ID), bytes_of("Study Activity.ID")));
}
END_TEST

START_TEST(a_name_is_short_and_plain_or_no_hint)
{
    static const char longest[] = "abcdefghijklmnopqrstuvwxyz012345";

    ck_assert(hint_fits((struct bytes){(const uint8_t *)longest, HINT_NAME_MAX}));
    ck_assert(!hint_fits(bytes_of("abcdefghijklmnopqrstuvwxyz0123456")));
    ck_assert(!hint_fits((struct bytes){0}));
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t text[] = {'a', (uint8_t)byte, 'b'};
        bool plain = byte < 128 && byte != 0 && (isalnum((int)byte) != 0 || strchr("_-. ", (int)byte) != NULL);
        ck_assert_int_eq(hint_fits((struct bytes){text, 3}), plain);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hint");
    TCase *tcase = tcase_create("hint");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_hint_is_read_from_any_text_and_only_if_it_fits);
    tcase_add_test(tcase, what_is_added_is_found);
    tcase_add_test(tcase, a_name_is_short_and_plain_or_no_hint);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
