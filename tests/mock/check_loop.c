/*
 * The real loop, source and sink against mock brokers that fail: every command has an event at the end, and nothing
 * that the threads share is touched by two of them at once (built with SANITIZER=thread this is what the program is
 * for).
 */
#include "cluster.h"
#include "memory_store.h"
#include "table.h"

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"
#include "worker/worker.h"

#include <signal.h>

#define BROKERS  3
#define COMMANDS 4000
#define LIMIT_MS 120000

/* What `sessiond run` opens, see src/cli/parts/pipeline.c. */
struct run {
    struct schemas *schemas;
    struct decode_options decode;
    struct event_encoder *encoder;
    struct store *store;
    struct source *source;
    struct sink *sink;
    struct worker *worker;
    struct answered answered;
};

static struct cluster cluster;

static void run_open(struct run *run)
{
    const struct config *config = &cluster.config;
    const struct event_settings events = event_settings_of(config);
    struct err err;

    run->answered = (struct answered){0};
    run->schemas = schemas_open("", &err);
    run->decode = (struct decode_options){.format = COMMANDS_AUTO, .max_bytes = 65536, .schemas = run->schemas};
    run->encoder = event_encoder_new(&events, run->schemas, NULL);
    run->store = store_new(config);
    run->source = source_open(config, &err);
    run->sink = sink_open(config, &err);
    ck_assert(run->schemas != NULL && run->source != NULL && run->sink != NULL);
    run->worker = worker_new(&(struct worker_parts){
        .config = config,
        .source = run->source,
        .sink = run->sink,
        .store = run->store,
        .decode = &run->decode,
        .encoder = run->encoder,
        .answered = &run->answered,
    });
}

static void run_close(struct run *run)
{
    worker_free(run->worker);
    source_close(run->source);
    sink_close(run->sink);
    store_free(run->store);
    event_encoder_free(run->encoder);
    schemas_close(run->schemas);
}

/* ---- Trouble ----------------------------------------------------------------------------------------------------- */

/*
 * After so many decisions the brokers do this. _TRANSPORT cuts the connections, which sets the taint flag in their
 * threads.
 */
struct trouble {
    int64_t after;
    enum api api;
    rd_kafka_resp_err_t code;
    int times; /* 0: ends the list */
};

#define NO_MORE                                                                                                        \
    {                                                                                                                  \
        0, 0, 0, 0                                                                                                     \
    }

static const struct trouble many_ways[] = {
    {1,    API_PRODUCE,           RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,     2},
    {500,  API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 2},
    {1000, API_PRODUCE,           RD_KAFKA_RESP_ERR__TRANSPORT,                   6},
    {1500, API_END_TXN,           RD_KAFKA_RESP_ERR__TRANSPORT,                   1},
    {2000, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,           1},
    {2500, API_END_TXN,           RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,       1},
    {3000, API_FETCH,             RD_KAFKA_RESP_ERR__TRANSPORT,                   3},
    {3000, API_ADD_PARTITIONS,    RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,      2},
    {3500, API_PRODUCE,           RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,          2},
    NO_MORE,
};

/* Two heartbeats are seconds apart. */
static const struct trouble fence_after_loss[] = {
    {1, API_HEARTBEAT, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,  1},
    {1, API_HEARTBEAT, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, 1},
    NO_MORE,
};

static const struct trouble none[] = {NO_MORE};

static const struct trouble *trouble = none; /* the next */

static void make_trouble(void)
{
    for (; trouble->times > 0 && memory_store_decisions() >= trouble->after; trouble++)
        cluster_fail(&cluster, trouble->api, trouble->code, trouble->times);
}

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

/* Until the store has decided so many, or a stop is asked for; then what is in flight is published. */
static bool work(struct worker *worker, int64_t enough, struct err *err)
{
    int64_t deadline_ms = clock_ms() + LIMIT_MS;

    if (!worker_start(worker, err))
        return false;
    while (!stop_requested()) {
        make_trouble();
        if (!worker_step(worker, err))
            return false;
        if (memory_store_decisions() >= enough)
            raise(SIGTERM);
        ck_assert_msg(clock_ms() < deadline_ms, "%d decisions after two minutes", (int)memory_store_decisions());
    }
    return worker_drain(worker, err);
}

/* As run.c does: what asks for a new consumer gets one. */
static void work_to_the_end(int64_t enough)
{
    struct err err = {0};
    bool good;

    do {
        struct run run;
        run_open(&run);
        good = work(run.worker, enough, &err);
        run_close(&run);
    } while (!good && err.class == ERR_RESTART);
    ck_assert_msg(good, "%s", err.message);
}

static void setup(void)
{
    log_setup(LOG_JSON, LOG_INFO);
    stop_setup();
    watchdog_start(60000, 60000);
    cluster_open(&cluster, BROKERS);
    cluster_send(&cluster, COMMANDS);
}

static void teardown(void)
{
    cluster_close(&cluster);
}

START_TEST(brokers_that_fail_in_many_ways_cost_no_command_its_event)
{
    trouble = many_ways;
    work_to_the_end(COMMANDS);
    ck_assert_int_eq(trouble->times, 0);
    ck_assert_int_eq(cluster_answered(&cluster, COMMANDS), COMMANDS);
}
END_TEST

START_TEST(a_stop_in_the_middle_publishes_what_was_decided)
{
    work_to_the_end(COMMANDS / 2);
    int decided = (int)memory_store_decisions();
    ck_assert_int_eq(cluster_answered(&cluster, decided), decided);
}
END_TEST

static void be_static_member(void)
{
    free(cluster.config.instance_id);
    cluster.config.instance_id = strdup("mock");
    cluster.config.instance_auto = false;
}

static void assert_own_fence(const struct err *err)
{
    ck_assert_str_eq(err->code, "E-KAFKA-INSTANCE");
    ck_assert_int_eq(err->class, ERR_RESTART);

    work_to_the_end(memory_store_decisions() + COMMANDS);
    ck_assert_int_eq(cluster_answered(&cluster, COMMANDS), COMMANDS);
}

/* src/kafka/source.c, own_fence. */
START_TEST(a_fence_after_a_lost_session_is_our_own_and_a_new_consumer_goes_on)
{
    struct run run;
    struct err err = {0};

    be_static_member();
    trouble = fence_after_loss;
    run_open(&run);
    ck_assert(!work(run.worker, INT64_MAX, &err));
    run_close(&run);
    assert_own_fence(&err);
}
END_TEST

static bool step_for(struct worker *worker, int64_t ms, struct err *err)
{
    int64_t until_ms = clock_ms() + ms;

    while (clock_ms() < until_ms)
        if (!worker_step(worker, err))
            return false;
    return true;
}

/* The fence may come in the moment in which the loss is noticed: then the outage tells that it is our own. */
START_TEST(a_fence_after_an_outage_is_our_own_and_a_new_consumer_goes_on)
{
    struct run run;
    struct err err = {0};

    be_static_member();
    run_open(&run);
    ck_assert(worker_start(run.worker, &err));
    while (memory_store_decisions() < COMMANDS)
        ck_assert_msg(step_for(run.worker, 10, &err), "%s", err.message);
    ck_assert_msg(step_for(run.worker, 1000, &err), "%s", err.message); /* nothing is under way then */
    cluster_set_down(&cluster, true);
    ck_assert_msg(step_for(run.worker, 1000, &err), "%s", err.message);
    cluster_set_down(&cluster, false);
    cluster_fail(&cluster, API_HEARTBEAT, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, 1);
    ck_assert(!step_for(run.worker, LIMIT_MS, &err));
    struct err again = {0};
    ck_assert(!source_serve(run.source, 0, &again)); /* librdkafka said it once; whoever asks must hear it */
    ck_assert_int_eq(again.class, err.class);
    run_close(&run);
    assert_own_fence(&err);
}
END_TEST

static void say_missing(rd_kafka_resp_err_t code)
{
    const struct config *config = &cluster.config;
    const char *names[] = {config->commands_topic, config->events_created_topic, config->events_rejected_topic,
                           config->dlq_topic};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*names[i] != 0)
            rd_kafka_mock_topic_set_error(cluster.mock, names[i], code);
}

/*
 * The producer is made anew meanwhile, and asks for its topics. Not closed: 2.0.2 waits for ever for a topic that once
 * was missing.
 */
START_TEST(topics_that_are_said_to_be_missing_for_a_moment_stop_nothing)
{
    static struct run run;
    struct err err = {0};

    run_open(&run);
    ck_assert(worker_start(run.worker, &err));
    while (memory_store_decisions() < COMMANDS)
        ck_assert_msg(step_for(run.worker, 10, &err), "%s", err.message);
    ck_assert_msg(step_for(run.worker, 1000, &err), "%s", err.message);
    say_missing(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    ck_assert_msg(step_for(run.worker, 2000, &err), "%s", err.message);
    ck_assert(sink_renew(run.sink, &err));
    for (int i = 0; i < 4; i++)
        ck_assert_msg(sink_init(run.sink, 250, &err) == PENDING, "%s", err.message);
    say_missing(RD_KAFKA_RESP_ERR_NO_ERROR);
    while (sink_init(run.sink, 250, &err) == PENDING)
        continue;
    cluster_send(&cluster, COMMANDS);
    while (memory_store_decisions() < 2 * COMMANDS)
        ck_assert_msg(step_for(run.worker, 10, &err), "%s", err.message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop against mock brokers");
    TCase *tcase = tcase_create("loop");

    tcase_set_timeout(tcase, 300);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, brokers_that_fail_in_many_ways_cost_no_command_its_event);
    tcase_add_test(tcase, a_fence_after_a_lost_session_is_our_own_and_a_new_consumer_goes_on);
    tcase_add_test(tcase, a_fence_after_an_outage_is_our_own_and_a_new_consumer_goes_on);
    tcase_add_test(tcase, topics_that_are_said_to_be_missing_for_a_moment_stop_nothing);
    tcase_add_test(tcase, a_stop_in_the_middle_publishes_what_was_decided);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
