/*
 * What a batch carries: its items, the offsets it may commit, and errors as values.
 */
#include "core/batch.h"

#include "core/err.h"
#include "core/offsets.h"

#include "table.h"

START_TEST(a_reset_batch_is_empty_and_remembers_nothing)
{
    struct batch batch;

    batch_init(&batch, 3);
    for (size_t i = 0; i < 3; i++) {
        batch.items[i].outcome.kind = OUTCOME_CREATED;
        batch.items[i].fit = FIT_BARE;
        batch.items[i].record.key = arena_copy(&batch.arena, bytes_of("key"));
    }
    batch.count = 3;
    batch.bytes = 9;
    batch.epoch = 4;
    batch_reset(&batch);

    ck_assert_uint_eq(batch.count, 0);
    ck_assert_uint_eq(batch.bytes, 0);
    ck_assert_uint_eq(batch.epoch, 0);
    ck_assert_uint_eq(batch.capacity, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(batch.items[i].outcome.kind, OUTCOME_PENDING);
        ck_assert_int_eq(batch.items[i].fit, FIT_WHOLE);
        ck_assert_ptr_null(batch.items[i].row);
        ck_assert_ptr_null(batch.items[i].record.key.data);
    }
    batch_free(&batch);
    ck_assert_ptr_null(batch.items);
}
END_TEST

static int64_t next_of(const struct offsets *offsets, int32_t partition)
{
    for (size_t i = 0; i < offsets->count; i++)
        if (offsets->list[i].partition == partition)
            return offsets->list[i].next;
    return -1;
}

START_TEST(offsets_only_rise)
{
    struct offsets offsets = {0};

    offsets_raise(&offsets, 2, 10);
    offsets_raise(&offsets, 0, 5);
    offsets_raise(&offsets, 2, 9);
    offsets_raise(&offsets, 0, 6);
    ck_assert_uint_eq(offsets.count, 2);
    ck_assert_int_eq(next_of(&offsets, 2), 10);
    ck_assert_int_eq(next_of(&offsets, 0), 6);

    offsets_clear(&offsets);
    ck_assert_uint_eq(offsets.count, 0);
    offsets_raise(&offsets, 2, 1);
    ck_assert_int_eq(next_of(&offsets, 2), 1);
    offsets_free(&offsets);
    ck_assert_ptr_null(offsets.list);
}
END_TEST

START_TEST(there_is_room_for_any_number_of_partitions)
{
    struct offsets offsets = {0};

    for (int32_t partition = 0; partition < 1000; partition++)
        offsets_raise(&offsets, partition, partition + 1);
    ck_assert_uint_eq(offsets.count, 1000);
    for (int32_t partition = 0; partition < 1000; partition++)
        ck_assert_int_eq(next_of(&offsets, partition), partition + 1);
    offsets_free(&offsets);
}
END_TEST

START_TEST(an_error_is_set_and_cleared_in_one_expression)
{
    struct err err = {.reason = REASON_FENCED, .sqlstate = "23505"};

    ck_assert(!err_set(&err, ERR_STOP, EXIT_CONFIG, E_TOPIC_01, "topic %s does not exist", "commands"));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_str_eq(err.code, "E-TOPIC-01");
    ck_assert_int_eq(err.reason, REASON_NONE);
    ck_assert_str_eq(err.sqlstate, "");
    ck_assert_str_eq(err.message, "topic commands does not exist");
    ck_assert(!err_interrupted(&err, "waiting for a broker"));
    ck_assert_int_eq(err.class, ERR_INTERRUPTED);
    ck_assert(err_ends(&err));
    ck_assert_int_eq(err.exit_code, EXIT_TIMEOUT);
    ck_assert_str_eq(err.message, "interrupted while waiting for a broker");
    err_clear(&err);
    ck_assert(!err_ends(&err));
    ck_assert_int_eq(err.class, ERR_NONE);
    ck_assert_str_eq(err.message, "");
}
END_TEST

START_TEST(each_layer_says_where_it_was)
{
    struct err err;

    err_set(&err, ERR_RETRY, 0, "E-PG-08006", "the connection was lost");
    err_prefix(&err, "asking %s", "PostgreSQL");
    err_prefix(&err, "deciding");
    ck_assert_str_eq(err.message, "deciding: asking PostgreSQL: the connection was lost");
    ck_assert_int_eq(err.class, ERR_RETRY);
    ck_assert_str_eq(err.code, "E-PG-08006");
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut_at_its_end)
{
    static char filling[2000];
    struct err err;

    memset(filling, 'm', sizeof filling - 1);
    err_set(&err, ERR_RETRY, 0, "E", "%s", filling);
    ck_assert_uint_eq(strlen(err.message), sizeof err.message - 1);
    err_prefix(&err, "where");
    ck_assert_uint_eq(strlen(err.message), sizeof err.message - 1);
    ck_assert_int_eq(strncmp(err.message, "where: mmm", 10), 0);
    for (int i = 0; i < 10; i++)
        err_prefix(&err, "%s", filling);
    ck_assert_uint_eq(strlen(err.message), sizeof err.message - 1);
}
END_TEST

START_TEST(a_prefix_that_is_too_long_is_cut_too)
{
    static char filling[300];
    struct err err;

    for (size_t len = 245; len < sizeof filling; len++) {
        memset(filling, 'p', len);
        filling[len] = 0;
        err_set(&err, ERR_RETRY, 0, "E", "lost");
        err_prefix(&err, "%s", filling);
        ck_assert_str_eq(err.message + strlen(err.message) - 6, ": lost");
        ck_assert_uint_le(strlen(err.message), 256 + 6);
        ck_assert_uint_ge(strlen(err.message), 245 + 6);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch");
    TCase *tcase = tcase_create("batch");

    tcase_add_test(tcase, a_reset_batch_is_empty_and_remembers_nothing);
    tcase_add_test(tcase, offsets_only_rise);
    tcase_add_test(tcase, there_is_room_for_any_number_of_partitions);
    tcase_add_test(tcase, an_error_is_set_and_cleared_in_one_expression);
    tcase_add_test(tcase, each_layer_says_where_it_was);
    tcase_add_test(tcase, a_message_that_is_too_long_is_cut_at_its_end);
    tcase_add_test(tcase, a_prefix_that_is_too_long_is_cut_too);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
