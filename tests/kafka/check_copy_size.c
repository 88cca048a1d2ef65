/* What is concluded from copies that the dead-letter topic took or refused. */
#include "table.h"

#include "kafka/copy_size.h"

START_TEST(a_refusal_is_a_limit_from_its_size_on)
{
    struct copy_size known = {0};

    ck_assert_uint_eq(copy_size_limit(&known, 1000000, 0), 0);
    copy_size_refused(&known, 20000, 5);
    ck_assert_uint_eq(copy_size_limit(&known, 19999, 10), 0);
    ck_assert_uint_eq(copy_size_limit(&known, 20000, 10), 10000);
    ck_assert_uint_eq(copy_size_limit(&known, 90000, 10), 10000);
    copy_size_refused(&known, 10000, 6);
    copy_size_refused(&known, 15000, 6);
    ck_assert_uint_eq(copy_size_limit(&known, 20000, 10), 5000);
}
END_TEST

START_TEST(what_was_accepted_is_what_others_are_cut_to)
{
    struct copy_size known = {0};

    copy_size_accepted(&known, 700);
    copy_size_refused(&known, 2000, 0);
    ck_assert_uint_eq(copy_size_limit(&known, 2000, 0), 1000);
    copy_size_accepted(&known, 1400);
    copy_size_accepted(&known, 900);
    copy_size_accepted(&known, 5000); /* it was compressed well */
    ck_assert_uint_eq(copy_size_limit(&known, 2000, 0), 1400);
    copy_size_refused(&known, 1300, 0);
    ck_assert_uint_eq(copy_size_limit(&known, 2000, 0), 650);
}
END_TEST

START_TEST(after_ten_minutes_a_copy_is_tried_whole_again)
{
    struct copy_size known = {0};

    copy_size_refused(&known, 2000, 1000);
    copy_size_accepted(&known, 1000);
    ck_assert_uint_eq(copy_size_limit(&known, 2000, 600999), 1000);
    ck_assert_uint_eq(copy_size_limit(&known, 2000, 601000), 0);
    copy_size_refused(&known, 9000, 601000); /* the topic's limit was raised */
    ck_assert_uint_eq(copy_size_limit(&known, 8999, 601001), 0);
    ck_assert_uint_eq(copy_size_limit(&known, 9000, 601001), 4500);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("copy size");
    TCase *tcase = tcase_create("sizes");

    tcase_add_test(tcase, a_refusal_is_a_limit_from_its_size_on);
    tcase_add_test(tcase, what_was_accepted_is_what_others_are_cut_to);
    tcase_add_test(tcase, after_ten_minutes_a_copy_is_tried_whole_again);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
