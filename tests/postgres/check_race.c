/*
 * What happens to a batch while others work on the same rows, and when its answer is lost.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#define RACE_IDS    300
#define RACE_ROUNDS 20

/* ---- Two workers on one id --------------------------------------------------------------------------------------- */

struct racer {
    struct store *store;
    struct batch batch;
    struct err err;
    bool backwards; /* the order of the records in the batch */
};

static void *race(void *opaque)
{
    struct racer *racer = opaque;
    enum progress progress;

    do {
        if (!store_send(racer->store, &racer->batch, &racer->err))
            return NULL;
        do
            progress = store_receive(racer->store, &racer->batch, 100, &racer->err);
        while (progress == PENDING);
    } while (progress == FAILED && racer->err.class == ERR_RETRY);
    return progress == DONE ? racer : NULL;
}

static void fill_race(struct racer *racer, unsigned round)
{
    batch_reset(&racer->batch);
    for (unsigned i = 0; i < RACE_IDS; i++) {
        unsigned id = round * RACE_IDS + (racer->backwards ? RACE_IDS - 1 - i : i);
        add(&racer->batch, id, 1 + id % 3, 1)->record.partition = racer->backwards;
    }
}

START_TEST(two_workers_with_the_same_ids_agree_on_every_row)
{
    struct racer racers[2] = {
        {.store = store    },
        { .store = new_store(), .backwards = true}
    };

    for (int i = 0; i < 2; i++)
        batch_init(&racers[i].batch, RACE_IDS);
    for (unsigned round = 0; round < RACE_ROUNDS; round++) {
        pthread_t threads[2];
        for (int i = 0; i < 2; i++) {
            fill_race(&racers[i], round);
            ck_assert_int_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        }
        for (int i = 0; i < 2; i++) {
            void *finished;
            pthread_join(threads[i], &finished);
            ck_assert_msg(finished != NULL, "%s", racers[i].err.message);
        }
        for (unsigned i = 0; i < RACE_IDS; i++) {
            const struct ledger_row *one = racers[0].batch.items[i].row;
            const struct ledger_row *other = racers[1].batch.items[RACE_IDS - 1 - i].row;
            ck_assert_int_eq(one->session.id, other->session.id);
            ck_assert_int_eq(one->partition, other->partition);
            ck_assert_int_eq(one->offset, other->offset);
            ck_assert_int_eq(one->decided_us, other->decided_us);
        }
    }
    ck_assert_str_eq(sql("SELECT (SELECT count(*) FROM study_sessions) = (SELECT count(session_id) FROM "
                         "command_outcomes) AND count(*) = %d FROM command_outcomes",
                         RACE_IDS * RACE_ROUNDS),
                     "t");
    for (int i = 0; i < 2; i++)
        batch_free(&racers[i].batch);
    store_free(racers[1].store);
}
END_TEST

/* Another transaction has decided id 1 and not yet committed; the store's insert waits for it. */
static void wait_behind_another(void)
{
    sql("BEGIN");
    sql("INSERT INTO command_outcomes (command_id, outcome, code, violations, group_id, group_id_invalid, "
        "study_activity_id, study_activity_id_invalid, topic, partition, \"offset\", timestamp_ms, decided_at) VALUES "
        "('00000000-0000-0000-0000-000000000001', 'rejected', 'GROUP_NOT_FOUND', 'group_id:GROUP_NOT_FOUND', 1, false, "
        "1, false, 'elsewhere', 3, 33, -1, '2020-01-01 00:00:00.000001+00')");
    add(&batch, 1, 1, 1);
    add(&batch, 2, 1, 1);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_receive(store, &batch, 300, &err), PENDING);
}

START_TEST(the_loser_of_a_race_answers_with_the_winners_outcome)
{
    wait_behind_another();
    sql("COMMIT");
    receive_all();
    ck_assert_int_eq(batch.items[0].row->code, ERRCODE_GROUP_NOT_FOUND);
    ck_assert_str_eq(batch.items[0].row->topic, "elsewhere");
    ck_assert_int_eq(batch.items[0].row->partition, 3);
    ck_assert_int_eq(batch.items[0].row->offset, 33);
    ck_assert_int_eq(batch.items[0].row->timestamp_ms, -1);
    ck_assert_int_eq(batch.items[0].row->decided_us, INT64_C(1577836800000001));
    ck_assert_int_eq(batch.items[1].row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 1);
}
END_TEST

START_TEST(when_the_other_one_rolls_back_the_waiting_worker_decides)
{
    wait_behind_another();
    sql("ROLLBACK");
    receive_all();
    ck_assert_int_eq(batch.items[0].row->kind, OUTCOME_CREATED);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 2);
}
END_TEST

START_TEST(a_parent_deleted_meanwhile_is_a_rejection_and_leaves_no_orphan)
{
    sql("BEGIN");
    sql("DELETE FROM groups WHERE id = 2");
    add(&batch, 1, 2, 1);
    ck_assert_msg(store_send(store, &batch, &err), "%s", err.message);
    ck_assert_int_eq(store_receive(store, &batch, 300, &err), PENDING);
    sql("COMMIT");
    receive_all();
    ck_assert_ptr_nonnull(batch.items[0].row);
    ck_assert_int_eq(batch.items[0].row->code, ERRCODE_GROUP_NOT_FOUND);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 0);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 1);
}
END_TEST

START_TEST(a_lock_that_is_held_too_long_makes_the_batch_wait_and_try_again)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c lock_timeout=200ms'");
    store = new_store();
    sql("BEGIN");
    sql("LOCK TABLE study_sessions");
    add(&batch, 1, 1, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.class, ERR_RETRY);
    ck_assert_str_eq(err.code, "E-PG-55P03");
    sql("ROLLBACK");
    must_decide(store, &batch);
}
END_TEST

/*
 * A role whose transactions are stricter by default: what another one decides meanwhile would be an error, for ever
 * where ids are shared all the time.
 */
START_TEST(a_stricter_isolation_by_default_does_not_make_a_race_an_error)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "options='-c default_transaction_isolation=%s'",
             _i == 0 ? "serializable" : "repeatable\\\\ read");
    store = new_store();
    wait_behind_another();
    sql("COMMIT");
    receive_all();
    ck_assert_str_eq(batch.items[0].row->topic, "elsewhere");
    ck_assert_int_eq(batch.items[1].row->kind, OUTCOME_CREATED);
}
END_TEST

/* The insert has seen it, the read does not: its own transaction deletes it behind its back. */
START_TEST(an_outcome_that_vanishes_before_it_is_read_is_decided_again)
{
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);
    sql("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM command_outcomes; RETURN "
        "NULL; "
        "END $$");
    sql("CREATE TRIGGER lose AFTER INSERT ON command_outcomes EXECUTE FUNCTION lose()");
    begin_batch();
    add(&batch, 1, 1, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_msg(err.class == ERR_RETRY, "%d: %s", (int)err.class, err.message);
    ck_assert_str_eq(err.code, "E-LEDGER-02");
    ck_assert_ptr_null(batch.items[0].row);

    sql("DROP TRIGGER lose ON command_outcomes");
    must_decide(store, &batch);
    ck_assert_int_eq(batch.items[0].row->kind, OUTCOME_CREATED);
}
END_TEST

/* ---- The answer is lost ------------------------------------------------------------------------------------------ */

/* The store's socket: the one other socket of this process with the server's port at its far end. */
static int store_socket(void)
{
    struct sockaddr_storage ours;
    struct sockaddr_storage peer;
    socklen_t ours_size = sizeof ours;

    getpeername(PQsocket(beside), (struct sockaddr *)&ours, &ours_size);
    for (int fd = 3; fd < 100; fd++) {
        socklen_t size = sizeof peer;
        if (fd != PQsocket(beside) && getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && size == ours_size &&
            memcmp(&peer, &ours, size) == 0)
            return fd;
    }
    ck_abort_msg("the store has no socket");
    return -1;
}

static void cut(int fd)
{
    char lost[65536];

    while (recv(fd, lost, sizeof lost, MSG_DONTWAIT) > 0)
        continue;
    shutdown(fd, SHUT_RDWR);
}

static void reconnect(void)
{
    enum progress progress;

    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    ck_assert_msg(progress == DONE, "%s", err.message);
}

START_TEST(a_commit_whose_answer_was_lost_is_found_by_the_same_batch)
{
    for (unsigned id = 1; id <= 50; id++)
        add(&batch, id, 1 + id % 3, 1);
    sql("BEGIN");
    sql("LOCK TABLE study_sessions IN EXCLUSIVE MODE");
    send_into_lock();
    sql("COMMIT");
    while (number(sql("SELECT count(*) FROM command_outcomes")) < 50)
        usleep(1000);
    cut(store_socket());
    ck_assert_int_eq(store_receive(store, &batch, 1000, &err), FAILED);
    ck_assert_int_eq(err.class, ERR_RENEW);

    reconnect();
    must_decide(store, &batch);
    for (size_t i = 0; i < batch.count; i++) {
        const struct ledger_row *row = batch.items[i].row;
        ck_assert_int_eq(row->offset, (int64_t)i);
        ck_assert_int_eq(row->kind, row->group_id.value == 3 ? OUTCOME_REJECTED : OUTCOME_CREATED);
    }
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 33);
    ck_assert_int_eq(number(sql("SELECT last_value FROM study_sessions_id_seq")), 33);
}
END_TEST

START_TEST(a_backend_that_is_ended_before_it_commits_has_decided_nothing)
{
    wait_behind_another();
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sessiond' AND "
        "wait_event_type = 'Lock'");
    while (store_receive(store, &batch, 1000, &err) == PENDING)
        continue;
    ck_assert_int_eq(err.class, ERR_RENEW);
    sql("ROLLBACK");
    ck_assert_int_eq(number(sql("SELECT count(*) FROM command_outcomes")), 0);

    reconnect();
    must_decide(store, &batch);
    ck_assert_int_eq(number(sql("SELECT count(*) FROM study_sessions")), 2);
}
END_TEST

START_TEST(sending_without_a_connection_asks_for_one)
{
    store_disconnect(store);
    add(&batch, 1, 1, 1);
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_int_eq(err.class, ERR_RENEW);
    reconnect();
    must_decide(store, &batch);
}
END_TEST

static void add_stories(TCase *races)
{
    tcase_add_checked_fixture(races, setup, teardown);
    tcase_set_timeout(races, 60);
    tcase_add_test(races, two_workers_with_the_same_ids_agree_on_every_row);
    tcase_add_test(races, the_loser_of_a_race_answers_with_the_winners_outcome);
    tcase_add_test(races, when_the_other_one_rolls_back_the_waiting_worker_decides);
    tcase_add_test(races, a_parent_deleted_meanwhile_is_a_rejection_and_leaves_no_orphan);
    tcase_add_test(races, a_lock_that_is_held_too_long_makes_the_batch_wait_and_try_again);
    tcase_add_loop_test(races, a_stricter_isolation_by_default_does_not_make_a_race_an_error, 0, 2);
    tcase_add_test(races, an_outcome_that_vanishes_before_it_is_read_is_decided_again);
    tcase_add_test(races, a_commit_whose_answer_was_lost_is_found_by_the_same_batch);
    tcase_add_test(races, a_backend_that_is_ended_before_it_commits_has_decided_nothing);
    tcase_add_test(races, sending_without_a_connection_asks_for_one);
}

int main(void)
{
    return run_each_way("race", add_stories);
}
