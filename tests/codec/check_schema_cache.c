/* What is kept of a registry's answers, and for how long. */
#include "codec/schema_cache.h"

#include "table.h"

static struct schema_cache *schema_cache;

static void setup(void)
{
    schema_cache = schema_cache_new();
}

static void teardown(void)
{
    schema_cache_free(schema_cache);
}

static struct schema_id number(int32_t n)
{
    return (struct schema_id){.number = n};
}

static bool knows(int32_t n)
{
    struct schema_id id = number(n);

    return schema_cache_find(schema_cache, &id) != NULL;
}

static void found(int32_t n)
{
    struct schema_id id = number(n);

    schema_cache_found(schema_cache, &id, SCHEMA_JSON, "{}");
}

static void missing(int32_t n, int64_t now_ms)
{
    struct schema_id id = number(n);

    schema_cache_missing(schema_cache, &id, now_ms);
}

START_TEST(an_id_waits_from_the_question_to_the_answer)
{
    struct schema_id id = number(7);

    ck_assert(!knows(7));
    schema_cache_asked(schema_cache, &id);
    schema_cache_asked(schema_cache, &id);
    ck_assert_uint_eq(schema_cache_waiting(schema_cache), 1);
    ck_assert_int_eq(schema_cache_find(schema_cache, &id)->state, CACHED_SCHEMA_ASKED);
    schema_cache_trim(schema_cache, INT64_MAX);
    ck_assert(knows(7));
    found(7);
    ck_assert_uint_eq(schema_cache_waiting(schema_cache), 0);
    ck_assert_int_eq(schema_cache_find(schema_cache, &id)->state, CACHED_SCHEMA_JSON);
}
END_TEST

START_TEST(a_number_and_a_guid_of_the_same_bytes_are_two_ids)
{
    struct schema_id guid = {.is_guid = true};

    found(0);
    ck_assert_ptr_null(schema_cache_find(schema_cache, &guid));
}
END_TEST

START_TEST(that_there_is_none_is_believed_for_a_while)
{
    missing(7, 1000);
    schema_cache_trim(schema_cache, 1000 + CACHED_SCHEMA_MISSING_MS);
    ck_assert(knows(7));
    schema_cache_trim(schema_cache, 1001 + CACHED_SCHEMA_MISSING_MS);
    ck_assert(!knows(7));
}
END_TEST

START_TEST(what_is_there_is_kept)
{
    found(7);
    schema_cache_trim(schema_cache, INT64_MAX);
    ck_assert(knows(7));
}
END_TEST

START_TEST(of_too_many_schemas_those_go_that_were_used_least_recently)
{
    for (int n = 1; n <= CACHED_SCHEMA_MAX; n++) {
        found(n);
        schema_cache_trim(schema_cache, 0);
    }
    ck_assert(knows(1) && knows(2) && knows(3));
    found(CACHED_SCHEMA_MAX + 1);
    found(CACHED_SCHEMA_MAX + 2);
    schema_cache_trim(schema_cache, 0);
    ck_assert(!knows(4) && !knows(5));
    ck_assert(knows(1) && knows(2) && knows(3) && knows(6) && knows(CACHED_SCHEMA_MAX + 2));
}
END_TEST

START_TEST(too_many_unknown_ids_are_forgotten_at_once_and_schemas_are_not)
{
    found(-1);
    for (int n = 0; n < CACHED_SCHEMA_MISSING_MAX; n++)
        missing(n, 0);
    schema_cache_trim(schema_cache, 0);
    ck_assert(knows(0) && knows(CACHED_SCHEMA_MISSING_MAX - 1));
    missing(CACHED_SCHEMA_MISSING_MAX, 0);
    schema_cache_trim(schema_cache, 0);
    ck_assert(!knows(0) && !knows(CACHED_SCHEMA_MISSING_MAX) && knows(-1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema_cache");
    TCase *tcase = tcase_create("schema_cache");

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
