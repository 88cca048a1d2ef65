/*
 * What ends a consumer is kept and told again; whose fault a fence is; and refusals that last for longer than a
 * session. No broker.
 */
#include "kafka/membership.h"

#include "kafka/assignment.h"
#include "kafka/kafka_error.h"
#include "kafka/takeover.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "table.h"

#include <librdkafka/rdkafka.h>

static rd_kafka_t *rk;
static struct membership membership;
static struct err err;

static void setup(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    log_setup(LOG_TEXT, LOG_ERROR);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "group.id", "group", NULL, 0), RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "session.timeout.ms", "60", NULL, 0), RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "heartbeat.interval.ms", "7000", NULL, 0), RD_KAFKA_CONF_OK);
    membership_init(&membership, conf);
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    ck_assert_ptr_nonnull(rk);
    (void)err_clear(&err);
}

static void teardown(void)
{
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); /* as source_close does */
}

static void fail_for_good(rd_kafka_resp_err_t code)
{
    ck_assert_int_eq(rd_kafka_test_fatal_error(rk, code, "as a test wants it"), RD_KAFKA_RESP_ERR_NO_ERROR);
}

/* Nobody may have listened when librdkafka said it. */
START_TEST(a_fatal_error_is_told_at_every_call)
{
    ck_assert(!membership_over(&membership, rk, &err));
    fail_for_good(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
    for (int i = 0; i < 3; i++) {
        (void)err_clear(&err);
        ck_assert(membership_over(&membership, rk, &err));
        ck_assert_int_eq(err.class, ERR_STOP);
        ck_assert_int_eq(err.exit_code, EXIT_FENCED);
    }
}
END_TEST

/* What is no more than a hiccup of a call is the end when it is fatal: a client that has failed reads nothing more. */
START_TEST(whatever_is_fatal_ends_the_consumer)
{
    fail_for_good(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
    ck_assert(membership_over(&membership, rk, &err));
    ck_assert_int_eq(err.class, ERR_RESTART);
}
END_TEST

START_TEST(a_fence_soon_after_an_outage_is_our_own_and_stays_so)
{
    membership_down(&membership);
    fail_for_good(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
    ck_assert(membership_over(&membership, rk, &err));
    ck_assert_int_eq(err.class, ERR_RESTART);
    membership.down_ms = 0;
    ck_assert(membership_over(&membership, rk, &err));
    ck_assert_int_eq(err.class, ERR_RESTART);
}
END_TEST

START_TEST(what_a_message_said_is_kept)
{
    (void)kafka_error_code(&err, KAFKA_CALL_CONSUME, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, "commands[0]@7");
    membership_judge(&membership, &err);
    (void)err_clear(&err);
    ck_assert(membership_over(&membership, rk, &err));
    ck_assert_int_eq(err.exit_code, EXIT_DATA);
}
END_TEST

static enum err_class refused(uint64_t epoch)
{
    (void)kafka_error_code(&err, KAFKA_CALL_TRANSACTION, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, "sending offsets");
    membership_refused(&membership, epoch, &err);
    return err.class;
}

START_TEST(refused_for_longer_than_a_session_with_the_same_epoch_is_the_end)
{
    ck_assert_int_eq(refused(1), ERR_ABORT);
    clock_sleep_ms(70);
    ck_assert_int_eq(refused(2), ERR_ABORT);
    membership_accepted(&membership);
    clock_sleep_ms(70);
    ck_assert_int_eq(refused(2), ERR_ABORT);
    ck_assert(!membership_over(&membership, rk, &err));
    clock_sleep_ms(70);
    ck_assert_int_eq(refused(2), ERR_RESTART);
    ck_assert(membership_over(&membership, rk, &err));
    ck_assert_int_eq(err.class, ERR_RESTART);
}
END_TEST

/*
 * The transaction's coordinator says it of the member: as the group does, and after an outage it is our own fence as
 * well.
 */
START_TEST(a_fence_that_comes_with_the_offsets_is_judged_as_the_groups)
{
    membership_down(&membership);
    (void)kafka_error_code(&err, KAFKA_CALL_TRANSACTION, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "sending offsets");
    membership_refused(&membership, 1, &err);
    ck_assert_int_eq(err.class, ERR_RESTART);
}
END_TEST

START_TEST(an_outage_is_no_refusal)
{
    for (int i = 0; i < 3; i++) {
        (void)kafka_error_classify(&err, KAFKA_CALL_TRANSACTION, RD_KAFKA_RESP_ERR__TIMED_OUT,
                                   KAFKA_FLAG_REQUIRES_ABORT, NULL, "sending offsets");
        membership_refused(&membership, 1, &err);
        ck_assert_int_eq(err.class, ERR_ABORT);
        clock_sleep_ms(70);
    }
}
END_TEST

START_TEST(the_groups_word_on_a_fence_is_waited_for_longer_than_a_heartbeat)
{
    ck_assert_int_eq(membership_watch_ms(&membership), 14000);
    membership.heartbeat_ms = 300;
    ck_assert_int_eq(membership_watch_ms(&membership), 4000);
}
END_TEST

/*
 * A consumer that never joined has no member id; the broker would take its offsets as those of "no member", beside a
 * live one's.
 */
START_TEST(an_assignment_to_no_member_is_refused)
{
    rd_kafka_topic_partition_list_t *partitions = rd_kafka_topic_partition_list_new(1);
    struct assignment assignment = {0};

    rd_kafka_topic_partition_list_add(partitions, "commands", 0);
    ck_assert(!assignment_offer(&assignment, rk, partitions, &err));
    ck_assert_str_eq(err.code, "E-KAFKA-MEMBER");
    ck_assert_ptr_null(assignment.metadata);
    ck_assert_ptr_null(assignment.offered);
    assignment_end(&assignment, rk);
    rd_kafka_topic_partition_list_destroy(partitions);
}
END_TEST

START_TEST(members_are_of_an_instance_when_a_broker_made_their_id_for_it)
{
    ck_assert(takeover_is_instance("one-c4f080b9-0a5b-43a5-bc38-29b756c291b8", "one"));
    ck_assert(takeover_is_instance("a-b-c4f080b9-0a5b-43a5-bc38-29b756c291b8", "a-b"));
    ck_assert(!takeover_is_instance("a-b-c4f080b9-0a5b-43a5-bc38-29b756c291b8", "a"));
    ck_assert(!takeover_is_instance("one-1-c4f080b9-0a5b-43a5-bc38-29b756c291b8", "one"));
    ck_assert(!takeover_is_instance("one", "one"));
    ck_assert(!takeover_is_instance("one-", "one"));
    ck_assert(!takeover_is_instance("", "one"));
}
END_TEST

/* While nobody answers, nobody has said that the place is free; who was never a member has none to lose. */
START_TEST(a_lost_place_is_asked_for_until_a_broker_answers)
{
    struct takeover takeover = {0};

    takeover_ask(&takeover);
    ck_assert(!takeover_possible(&takeover));
    takeover.member = strdup("one-c4f080b9-0a5b-43a5-bc38-29b756c291b8");
    takeover_ask(&takeover);
    ck_assert(takeover_possible(&takeover));
    ck_assert_int_eq(takeover_read(&takeover, rk, "group", "one", &err), PENDING);
    ck_assert(takeover_possible(&takeover));
    takeover_close(&takeover);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("membership");
    TCase *tcase = tcase_create("membership");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_fatal_error_is_told_at_every_call);
    tcase_add_test(tcase, whatever_is_fatal_ends_the_consumer);
    tcase_add_test(tcase, a_fence_soon_after_an_outage_is_our_own_and_stays_so);
    tcase_add_test(tcase, what_a_message_said_is_kept);
    tcase_add_test(tcase, refused_for_longer_than_a_session_with_the_same_epoch_is_the_end);
    tcase_add_test(tcase, a_fence_that_comes_with_the_offsets_is_judged_as_the_groups);
    tcase_add_test(tcase, an_outage_is_no_refusal);
    tcase_add_test(tcase, the_groups_word_on_a_fence_is_waited_for_longer_than_a_heartbeat);
    tcase_add_test(tcase, an_assignment_to_no_member_is_refused);
    tcase_add_test(tcase, members_are_of_an_instance_when_a_broker_made_their_id_for_it);
    tcase_add_test(tcase, a_lost_place_is_asked_for_until_a_broker_answers);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
