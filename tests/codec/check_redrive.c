/* Which dead letters may go back (redrive.table), and as what. */
#include "codec/redrive.h"

#include <stdio.h>

#include "item_case.h"
#include "table.h"

static struct arena arena;
static const struct redrive_rules rules = {"commands", 4, 3};

static void teardown(void)
{
    arena_free(&arena);
}

/* Gives each header its prefix. */
static void name_headers(struct record *record)
{
    struct header *headers = arena_alloc(&arena, (record->header_count + 1) * sizeof *headers);

    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        headers[i].name =
            arena_printf(&arena, "__dlq.errors.%.*s", (int)header->name.len, (const char *)header->name.data);
        headers[i].value = header->value;
    }
    record->headers = headers;
}

static void check_row(const struct table_row *row)
{
    struct record record = {.topic = "dlq"};
    struct dead_letter letter;

    case_headers(&record, row->cell[0], &arena);
    name_headers(&record);
    dead_letter_read(&record, &letter);
    const char *verdict = redrive_verdict_name(redrive_judge(&rules, &record, &letter));
    ck_assert_msg(strcmp(*verdict == 0 ? "goes" : verdict, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line,
                  verdict);
}

START_TEST(a_dead_letter_goes_or_stays_as_the_table_says)
{
    table_each("tests/codec/redrive.table", check_row);
}
END_TEST

START_TEST(it_goes_back_as_it_was_and_is_delivered_once_more)
{
    struct record record = {.topic = "dlq", .key = bytes_of("k"), .value = {0}};
    struct dead_letter letter;
    struct outbound out;

    case_headers(&record, "a=1; __dlq.errors.delivery.count=1; raw=\\xff; none; __dlq.errors.partition=2", &arena);
    dead_letter_read(&record, &letter);
    redrive_encode(&rules, &record, &letter, &arena, &out);
    ck_assert_str_eq(out.topic, "commands");
    ck_assert_int_eq(out.partition, 2);
    ck_assert(bytes_equal(out.key, bytes_of("k")) && out.value.data == NULL);
    ck_assert_uint_eq(out.header_count, 5);
    ck_assert_str_eq((const char *)out.headers[0].name.data, "a");
    ck_assert(out.headers[2].value.data == NULL);
    ck_assert_str_eq((const char *)out.headers[4].name.data, "__dlq.errors.delivery.count");
    ck_assert(bytes_equal(out.headers[4].value, bytes_of("2")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redrive");
    TCase *tcase = tcase_create("redrive");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_dead_letter_goes_or_stays_as_the_table_says);
    tcase_add_test(tcase, it_goes_back_as_it_was_and_is_delivered_once_more);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
