/*
 * Which advertised address answers: what librdkafka reports of connections, and what is concluded.
 */
#include "table.h"

#include "kafka/advertised.h"

#include <stdlib.h>

static struct advertised advertised;
static struct advertised_pair pair;

static void setup(void)
{
    advertised_init(&advertised);
}

static void given(const char *address, const char *state, int64_t now_ms)
{
    advertised_note(&advertised, address, false, state, now_ms);
}

static void told(const char *address, const char *state, int64_t now_ms)
{
    advertised_note(&advertised, address, true, state, now_ms);
}

START_TEST(an_address_that_refuses_while_another_answers_is_named)
{
    given("b:1", "CONNECT", 0);
    given("b:1", "UP", 5);
    told("x:2", "CONNECT", 10);
    ck_assert(!advertised_silent(&advertised, 20, &pair));
    told("x:2", "DOWN", 20);
    ck_assert(advertised_silent(&advertised, 20, &pair));
    ck_assert_str_eq(pair.answers, "b:1");
    ck_assert_str_eq(pair.silent, "x:2");
    ck_assert(!advertised_answered(&advertised));
}
END_TEST

START_TEST(one_that_says_nothing_is_named_after_a_second)
{
    given("b:1", "UP", 5);
    told("x:2", "CONNECT", 1000);
    ck_assert(!advertised_silent(&advertised, 1999, &pair));
    ck_assert(advertised_silent(&advertised, 2000, &pair));
}
END_TEST

START_TEST(one_that_nobody_tries_is_not)
{
    given("b:1", "UP", 5);
    told("x:2", "TRY_CONNECT", 10);
    ck_assert(!advertised_silent(&advertised, 100000, &pair));
    told("x:2", "DOWN", 10);
    ck_assert(!advertised_silent(&advertised, 100000, &pair));
}
END_TEST

START_TEST(an_outage_of_one_that_has_answered_is_no_wrong_address)
{
    given("b:1", "UP", 5);
    told("x:2", "CONNECT", 10);
    told("x:2", "UP", 11);
    ck_assert(advertised_answered(&advertised));
    told("x:2", "DOWN", 20);
    told("x:2", "CONNECT", 30);
    told("x:2", "DOWN", 40);
    ck_assert(!advertised_silent(&advertised, 100000, &pair));
}
END_TEST

START_TEST(where_nobody_answers_at_all_no_address_is_to_blame)
{
    given("b:1", "UP", 5);
    given("b:1", "DOWN", 6);
    told("x:2", "CONNECT", 10);
    told("x:2", "DOWN", 20);
    ck_assert(!advertised_silent(&advertised, 100000, &pair));
}
END_TEST

START_TEST(an_address_that_is_given_and_told_is_one)
{
    given("b:1", "UP", 5);
    told("b:1", "UPDATE", 6);
    told("b:1", "UP", 7);
    ck_assert(advertised_answered(&advertised));
    ck_assert_uint_eq(advertised.count, 1);
}
END_TEST

START_TEST(more_addresses_than_are_watched_do_no_harm)
{
    char address[32];

    for (int i = 0; i < 2 * ADVERTISED_MAX; i++) {
        snprintf(address, sizeof address, "x:%d", i);
        told(address, "CONNECT", 0);
    }
    ck_assert_uint_eq(advertised.count, ADVERTISED_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("advertised");
    TCase *tcase = tcase_create("addresses");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, an_address_that_refuses_while_another_answers_is_named);
    tcase_add_test(tcase, one_that_says_nothing_is_named_after_a_second);
    tcase_add_test(tcase, one_that_nobody_tries_is_not);
    tcase_add_test(tcase, an_outage_of_one_that_has_answered_is_no_wrong_address);
    tcase_add_test(tcase, where_nobody_answers_at_all_no_address_is_to_blame);
    tcase_add_test(tcase, an_address_that_is_given_and_told_is_one);
    tcase_add_test(tcase, more_addresses_than_are_watched_do_no_harm);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
