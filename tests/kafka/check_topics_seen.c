/* When a broker's word that a topic is missing is believed. */
#include "kafka/topics_seen.h"

#include "kafka/kafka_error.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"
#include "table.h"

#include <librdkafka/rdkafka.h>

START_TEST(a_topic_that_never_was_there_is_missing)
{
    topics_seen_there("another");
    ck_assert(topics_seen_missing("commands"));
}
END_TEST

START_TEST(a_topic_that_was_there_is_missing_only_after_ten_seconds)
{
    topics_seen_there("commands");
    int64_t started_ms = clock_ms();

    while (!topics_seen_missing("commands"))
        clock_sleep_ms(20);
    ck_assert_int_ge(clock_ms() - started_ms, 10000);
}
END_TEST

/* The time counts from the last answer that had it. */
START_TEST(a_topic_that_comes_and_goes_is_there)
{
    topics_seen_there("commands");
    for (int i = 0; i < 12; i++) {
        ck_assert(!topics_seen_missing("commands"));
        clock_sleep_ms(1000);
        topics_seen_there("commands");
    }
}
END_TEST

START_TEST(what_is_not_believed_is_asked_again_and_all_else_stays_as_it_was)
{
    struct err err;

    topics_seen_there("commands");
    (void)kafka_error_code(&err, KAFKA_CALL_ADMIN, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "commands");
    topic_doubt("commands", &err);
    ck_assert_int_eq(err.class, ERR_RETRY);
    (void)kafka_error_code(&err, KAFKA_CALL_ADMIN, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "commands");
    topic_doubt("commands", &err);
    ck_assert_int_eq(err.class, ERR_STOP);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topics seen");
    TCase *tcase = tcase_create("topics seen");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_topic_that_never_was_there_is_missing);
    tcase_add_test(tcase, a_topic_that_was_there_is_missing_only_after_ten_seconds);
    tcase_add_test(tcase, a_topic_that_comes_and_goes_is_there);
    tcase_add_test(tcase, what_is_not_believed_is_asked_again_and_all_else_stays_as_it_was);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
