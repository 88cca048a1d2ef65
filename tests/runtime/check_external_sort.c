/* Sorting more than fits into memory: everything that goes in comes out, in order. */
#include "runtime/external_sort.h"

#include <check.h>
#include <endian.h>
#include <stdlib.h>

struct record {
    uint8_t key[4];
    uint32_t number;
};

static struct err err;

static struct record record_of(uint32_t key, uint32_t number)
{
    uint32_t big = htobe32(key);
    struct record record = {.number = number};

    memcpy(record.key, &big, sizeof big);
    return record;
}

/* Adds `count` records with keys in disorder, takes all out again, and says whether each came once and in order. */
static void sort_some(uint32_t count, uint32_t keys, size_t memory)
{
    struct external_sort *sort = external_sort_new(sizeof(struct record), 4, memory);
    bool *seen = calloc(count + 1, sizeof *seen);
    const struct record *next;
    uint32_t taken = 0;
    bool good = true;
    uint8_t before[4] = {0};

    for (uint32_t i = 0; i < count; i++) {
        struct record record = record_of(i * UINT32_C(2654435761) % keys, i);
        good = external_sort_add(sort, &record, &err) && good;
    }
    ck_assert_msg(external_sort_start(sort, &err), "%s", err.message);
    while ((next = external_sort_peek(sort)) != NULL) {
        good = good && memcmp(before, next->key, sizeof before) <= 0 && !seen[next->number];
        memcpy(before, next->key, sizeof before);
        seen[next->number] = true;
        taken++;
        good = external_sort_next(sort, &err) && good;
    }
    ck_assert(good);
    ck_assert_uint_eq(taken, count);
    free(seen);
    external_sort_free(sort);
}

START_TEST(what_fits_into_memory_comes_out_in_order)
{
    sort_some(1000, UINT32_MAX, 1000 * sizeof(struct record));
}
END_TEST

START_TEST(what_does_not_fit_comes_out_in_order_and_whole)
{
    sort_some(100000, UINT32_MAX, 1000 * sizeof(struct record));
    sort_some(100001, 7, 1000 * sizeof(struct record));
    sort_some(1001, UINT32_MAX, 1000 * sizeof(struct record));
}
END_TEST

START_TEST(more_parts_than_memory_has_records_are_merged_all_the_same)
{
    sort_some(1000, UINT32_MAX, 3 * sizeof(struct record));
}
END_TEST

START_TEST(nothing_is_sorted_to_nothing)
{
    sort_some(0, 1, 1000);
    sort_some(1, 1, 1);
}
END_TEST

START_TEST(a_folder_that_takes_no_files_is_named_with_a_fix)
{
    struct external_sort *sort = external_sort_new(sizeof(struct record), 4, 2 * sizeof(struct record));
    struct record record = record_of(1, 1);
    bool added = true;

    setenv("TMPDIR", "/no/such/folder", 1);
    for (int i = 0; i < 3; i++)
        added = external_sort_add(sort, &record, &err);
    ck_assert(!added);
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_str_eq(err.code, "E-TEMPORARY");
    ck_assert(strstr(err.message, "/no/such/folder") != NULL && strstr(err.message, "fix: ") != NULL);
    external_sort_free(sort);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("external_sort");
    TCase *tcase = tcase_create("external_sort");

    tcase_add_test(tcase, what_fits_into_memory_comes_out_in_order);
    tcase_add_test(tcase, what_does_not_fit_comes_out_in_order_and_whole);
    tcase_add_test(tcase, more_parts_than_memory_has_records_are_merged_all_the_same);
    tcase_add_test(tcase, nothing_is_sorted_to_nothing);
    tcase_add_test(tcase, a_folder_that_takes_no_files_is_named_with_a_fix);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
