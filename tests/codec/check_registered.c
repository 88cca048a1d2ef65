/* What is kept of a registry's answers, and for how long. */
#include "codec/registered.h"

#include "table.h"

static struct registered *registered;

static void setup(void)
{
    registered = registered_new();
}

static void teardown(void)
{
    registered_free(registered);
}

static struct schema_id number(int32_t n)
{
    return (struct schema_id){.number = n};
}

static bool knows(int32_t n)
{
    struct schema_id id = number(n);

    return registered_find(registered, &id) != NULL;
}

static void found(int32_t n)
{
    struct schema_id id = number(n);

    registered_found(registered, &id, SCHEMA_JSON, "{}");
}

static void missing(int32_t n, int64_t now_ms)
{
    struct schema_id id = number(n);

    registered_missing(registered, &id, now_ms);
}

START_TEST(an_id_waits_from_the_question_to_the_answer)
{
    struct schema_id id = number(7);

    ck_assert(!knows(7));
    registered_asked(registered, &id);
    registered_asked(registered, &id);
    ck_assert_uint_eq(registered_waiting(registered), 1);
    ck_assert_int_eq(registered_find(registered, &id)->state, REGISTERED_ASKED);
    registered_trim(registered, INT64_MAX);
    ck_assert(knows(7));
    found(7);
    ck_assert_uint_eq(registered_waiting(registered), 0);
    ck_assert_int_eq(registered_find(registered, &id)->state, REGISTERED_JSON);
}
END_TEST

START_TEST(a_number_and_a_guid_of_the_same_bytes_are_two_ids)
{
    struct schema_id guid = {.is_guid = true};

    found(0);
    ck_assert_ptr_null(registered_find(registered, &guid));
}
END_TEST

START_TEST(that_there_is_none_is_believed_for_a_while)
{
    missing(7, 1000);
    registered_trim(registered, 1000 + REGISTERED_MISSING_MS);
    ck_assert(knows(7));
    registered_trim(registered, 1001 + REGISTERED_MISSING_MS);
    ck_assert(!knows(7));
}
END_TEST

START_TEST(what_is_there_is_kept)
{
    found(7);
    registered_trim(registered, INT64_MAX);
    ck_assert(knows(7));
}
END_TEST

START_TEST(of_too_many_schemas_those_go_that_were_used_least_recently)
{
    for (int n = 1; n <= REGISTERED_MAX; n++) {
        found(n);
        registered_trim(registered, 0);
    }
    ck_assert(knows(1) && knows(2) && knows(3));
    found(REGISTERED_MAX + 1);
    found(REGISTERED_MAX + 2);
    registered_trim(registered, 0);
    ck_assert(!knows(4) && !knows(5));
    ck_assert(knows(1) && knows(2) && knows(3) && knows(6) && knows(REGISTERED_MAX + 2));
}
END_TEST

START_TEST(too_many_unknown_ids_are_forgotten_at_once_and_schemas_are_not)
{
    found(-1);
    for (int n = 0; n < REGISTERED_MISSING_MAX; n++)
        missing(n, 0);
    registered_trim(registered, 0);
    ck_assert(knows(0) && knows(REGISTERED_MISSING_MAX - 1));
    missing(REGISTERED_MISSING_MAX, 0);
    registered_trim(registered, 0);
    ck_assert(!knows(0) && !knows(REGISTERED_MISSING_MAX) && knows(-1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registered");
    TCase *tcase = tcase_create("registered");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_id_waits_from_the_question_to_the_answer);
    tcase_add_test(tcase, a_number_and_a_guid_of_the_same_bytes_are_two_ids);
    tcase_add_test(tcase, that_there_is_none_is_believed_for_a_while);
    tcase_add_test(tcase, what_is_there_is_kept);
    tcase_add_test(tcase, of_too_many_schemas_those_go_that_were_used_least_recently);
    tcase_add_test(tcase, too_many_unknown_ids_are_forgotten_at_once_and_schemas_are_not);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
