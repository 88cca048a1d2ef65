/*
 * What is said about a topic that brokers compact, or of which nobody knows: by what it is for.
 */
#include "kafka/cleanup.h"

#include "table.h"

#define commands "commands"
#define created  "created"
#define rejected "rejected"
#define dlq      "dlq"
#define none     ""

static struct config config;
static struct cleanup cleanup;

static void given(const char *rejected_topic, const char *dlq_topic)
{
    char texts[2][64];
    struct err err;
    const char *overrides[] = {"commands.topic=" commands, "events.created.topic=" created, texts[0], texts[1]};

    snprintf(texts[0], sizeof texts[0], "events.rejected.topic=%s", rejected_topic);
    snprintf(texts[1], sizeof texts[1], "dlq.topic=%s", dlq_topic);
    const struct config_request request = {.overrides = overrides, .override_count = 4};
    ck_assert_msg(config_load(&config, &request, &err), "%s", err.message);
    cleanup_init(&cleanup, &config);
}

static void over(void)
{
    config_free(&config);
}

static struct err verdict_on(const char *name, enum cleanup_policy policy)
{
    struct err err = {.class = ERR_STOP, .message = "left over"};

    for (size_t i = 0; i < cleanup.count; i++) {
        struct cleanup_topic *topic = &cleanup.topics[i];
        if (strcmp(topic->name, name) != 0)
            continue;
        topic->policy = policy;
        if (!cleanup_verdict(&cleanup, topic, &err))
            err_clear(&err);
        return err;
    }
    ck_abort_msg("%s is not among the topics", name);
    return err;
}

START_TEST(compacted_commands_and_dead_letters_stop_run)
{
    given(rejected, dlq);
    for (size_t i = 0; i < 2; i++) {
        struct err err = verdict_on(i == 0 ? commands : dlq, CLEANUP_COMPACTS);
        ck_assert_int_eq(err.class, ERR_STOP);
        ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
        ck_assert_str_eq(err.code, "E-TOPIC-07");
        ck_assert_ptr_nonnull(strstr(err.message, i == 0 ? "commands.topic" : "dlq.topic"));
        ck_assert_ptr_nonnull(strstr(err.message, "cleanup.policy=delete"));
    }
}
END_TEST

START_TEST(compacted_events_are_a_warning)
{
    given(rejected, dlq);
    for (size_t i = 0; i < 2; i++) {
        struct err err = verdict_on(i == 0 ? created : rejected, CLEANUP_COMPACTS);
        ck_assert_int_eq(err.class, ERR_NONE);
        ck_assert_ptr_nonnull(strstr(err.message, i == 0 ? "events.created.topic" : "events.rejected.topic"));
    }
}
END_TEST

START_TEST(of_a_topic_that_is_not_compacted_or_unknown_nothing_is_said)
{
    given(rejected, dlq);
    ck_assert_str_eq(verdict_on(commands, CLEANUP_DELETES).message, "");
    ck_assert_int_eq(verdict_on(commands, CLEANUP_DELETES).class, ERR_NONE);
    ck_assert_str_eq(verdict_on(commands, CLEANUP_UNREAD).message, "");
}
END_TEST

START_TEST(each_topic_is_asked_about_once_and_an_empty_name_is_none)
{
    given(created, none);
    ck_assert_uint_eq(cleanup.count, 2);
    ck_assert_str_eq(cleanup.topics[1].name, created);
}
END_TEST

START_TEST(what_nobody_could_read_is_named_in_one_warning)
{
    struct err err;

    given(rejected, dlq);
    (void)verdict_on(created, CLEANUP_DELETES);
    (void)verdict_on(rejected, CLEANUP_COMPACTS);
    ck_assert(cleanup_unread(&cleanup, &err));
    ck_assert_int_eq(err.class, ERR_NONE);
    ck_assert_str_eq(err.code, "E-TOPIC-08");
    ck_assert_ptr_nonnull(strstr(err.message, ": commands, dlq\n"));
    (void)verdict_on(commands, CLEANUP_DELETES);
    (void)verdict_on(dlq, CLEANUP_DELETES);
    ck_assert(!cleanup_unread(&cleanup, &err));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cleanup");
    TCase *tcase = tcase_create("cleanup");

    tcase_add_checked_fixture(tcase, NULL, over);
    tcase_add_test(tcase, compacted_commands_and_dead_letters_stop_run);
    tcase_add_test(tcase, compacted_events_are_a_warning);
    tcase_add_test(tcase, of_a_topic_that_is_not_compacted_or_unknown_nothing_is_said);
    tcase_add_test(tcase, each_topic_is_asked_about_once_and_an_empty_name_is_none);
    tcase_add_test(tcase, what_nobody_could_read_is_named_in_one_warning);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
