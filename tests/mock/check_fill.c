/*
 * What a batch gets from the source: also when it is filled in more than one call, as the one that is read ahead.
 */
#include "cluster.h"
#include "table.h"

#include "kafka/source.h"
#include "runtime/clock.h"

#define SLICE_MS 100
#define LIMIT_MS 60000

static struct cluster cluster;
static struct source *source;
static struct batch batch;
static struct err err;

static void setup(void)
{
    cluster_open(&cluster, 1);
    cluster_send(&cluster, CLUSTER_PARTITIONS);
    batch_init(&batch, 100);
    source = source_open(&cluster.config, &err);
    ck_assert_ptr_nonnull(source);
    while (source_check_topics(source, SLICE_MS, &err) == PENDING)
        continue;
    ck_assert(source_join(source, &err));
}

static void teardown(void)
{
    source_release(source, &batch);
    batch_free(&batch);
    source_close(source);
    cluster_close(&cluster);
}

static void fill(void)
{
    ck_assert_msg(source_fill(source, &batch, 1 << 20, SLICE_MS, &err), "%s", err.message);
}

static void fill_up_to(size_t count)
{
    for (int64_t until_ms = clock_ms() + LIMIT_MS; batch.count < count && clock_ms() < until_ms;)
        fill();
    ck_assert_uint_eq(batch.count, count);
}

START_TEST(a_batch_is_filled_up_with_what_comes_later)
{
    fill_up_to(CLUSTER_PARTITIONS);
    uint64_t epoch = batch.epoch;
    cluster_send(&cluster, CLUSTER_PARTITIONS);
    fill_up_to(2 * CLUSTER_PARTITIONS);
    ck_assert_uint_eq(batch.epoch, epoch);
    fill();
    ck_assert_uint_eq(batch.count, 2 * CLUSTER_PARTITIONS);
}
END_TEST

/* Its records may belong to another member now, and must not go out under the metadata of the new epoch. */
START_TEST(a_batch_whose_epoch_is_over_gets_nothing)
{
    fill_up_to(CLUSTER_PARTITIONS);
    uint64_t epoch = batch.epoch;
    cluster_fail(&cluster, API_HEARTBEAT, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, 1);
    int64_t until_ms = clock_ms() + LIMIT_MS;
    while ((source_epoch(source) == epoch || source_epoch(source) == 0) && clock_ms() < until_ms)
        fill();
    for (int i = 0; i < 10; i++)
        fill();
    ck_assert_uint_gt(source_epoch(source), epoch);
    ck_assert_uint_eq(batch.epoch, epoch);
    ck_assert_uint_eq(batch.count, CLUSTER_PARTITIONS);

    source_release(source, &batch);
    fill_up_to(CLUSTER_PARTITIONS);
    ck_assert_uint_eq(batch.epoch, source_epoch(source));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("filling a batch");
    TCase *tcase = tcase_create("fill");

    tcase_set_timeout(tcase, 300);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_batch_is_filled_up_with_what_comes_later);
    tcase_add_test(tcase, a_batch_whose_epoch_is_over_gets_nothing);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
