#include "table.h"

#include "runtime/backoff.h"

static int64_t next_number(char **text)
{
    char *end;
    long long number = strtoll(*text, &end, 10);

    ck_assert(end != *text);
    *text = end;
    return number;
}

static void check_waits(const struct table_row *row)
{
    char *limits = row->cell[0];
    char *randoms = row->cell[1];
    char *waits = row->cell[2];
    struct backoff backoff = {0};

    ck_assert_int_eq(row->count, 3);
    backoff.base_ms = next_number(&limits);
    backoff.cap_ms = next_number(&limits);
    while (*table_trim(randoms) != 0) {
        int64_t wait = backoff_next(&backoff, (uint32_t)next_number(&randoms));
        int64_t expected = next_number(&waits);
        ck_assert_msg(wait == expected, "%s:%d: %lld, not %lld", row->path, row->line, (long long)wait,
                      (long long)expected);
    }
}

START_TEST(waits_are_those_of_the_table)
{
    table_each("tests/runtime/backoff.table", check_waits);
}
END_TEST

START_TEST(after_a_success_it_starts_anew)
{
    struct backoff backoff = {.base_ms = 100, .cap_ms = 10000};

    ck_assert_int_eq(backoff_next(&backoff, 200), 300);
    backoff_reset(&backoff);
    ck_assert_int_eq(backoff_next(&backoff, 800), 100 + 800 % 201);
}
END_TEST

START_TEST(every_wait_is_between_base_and_cap)
{
    struct backoff backoff = {.base_ms = 250, .cap_ms = 30000};
    uint32_t random = 1;

    for (int i = 0; i < 100000; i++) {
        random = random * 1664525 + 1013904223;
        int64_t wait = backoff_next(&backoff, random);
        ck_assert(wait >= 250 && wait <= 30000);
    }
}
END_TEST

START_TEST(a_cap_beyond_all_time_does_not_overflow)
{
    struct backoff backoff = {.base_ms = 1, .cap_ms = INT64_MAX, .last_ms = INT64_MAX};

    ck_assert_int_ge(backoff_next(&backoff, UINT32_MAX), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backoff");
    TCase *tcase = tcase_create("backoff");

    tcase_add_test(tcase, waits_are_those_of_the_table);
    tcase_add_test(tcase, after_a_success_it_starts_anew);
    tcase_add_test(tcase, every_wait_is_between_base_and_cap);
    tcase_add_test(tcase, a_cap_beyond_all_time_does_not_overflow);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
