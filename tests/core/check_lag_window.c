/*
 * The verdict on a partition from a sliding window (lag_window.table), its rates, and the time until it is caught up.
 */
#include "core/lag_window.h"

#include "table.h"

static struct lag_sample sample_of(const char *text, int64_t at_ms)
{
    long long position, stable, end;

    ck_assert_int_eq(sscanf(text, "%lld/%lld/%lld", &position, &stable, &end), 3);
    return (struct lag_sample){at_ms, position, stable, end};
}

static void fill(struct lag_window *window, char *samples)
{
    int64_t at_ms = 1000;
    char *token;

    while ((token = strsep(&samples, " ")) != NULL) {
        char *star = strchr(token, '*');
        long times = star == NULL ? 1 : strtol(token, NULL, 10);
        if (*token == '~') {
            at_ms += strtol(token + 1, NULL, 10) * 1000;
            continue;
        }
        for (long i = 0; i < times; i++, at_ms += 1000) {
            struct lag_sample sample = sample_of(star == NULL ? token : star + 1, at_ms);
            lag_window_add(window, &sample);
        }
    }
}

static void check_row(const struct table_row *row)
{
    struct lag_window window = {0};

    fill(&window, row->cell[0]);
    const char *got = lag_verdict_name(lag_window_verdict(&window));
    double out = lag_window_out(&window), in = lag_window_in(&window);
    double out_error = out - strtod(row->cell[2], NULL), in_error = in - strtod(row->cell[3], NULL);
    ck_assert_msg(strcmp(got, row->cell[1]) == 0 && out_error * out_error < 0.01 && in_error * in_error < 0.01,
                  "%s:%d: %s, out %.2f, in %.2f", row->path, row->line, got, out, in);
}

START_TEST(a_partition_is_judged_by_how_it_moved)
{
    table_each("tests/core/lag_window.table", check_row);
}
END_TEST

START_TEST(lag_is_never_negative_and_what_a_transaction_holds_back_is_part_of_it)
{
    struct lag_sample sample = {.position = 10, .stable = 12, .end = 20};

    ck_assert_int_eq(lag_behind(&sample), 10);
    ck_assert_int_eq(lag_held_back(&sample), 8);
    sample.position = 15; /* the ends were asked for before it moved */
    ck_assert_int_eq(lag_held_back(&sample), 5);
    sample.position = 25;
    ck_assert_int_eq(lag_behind(&sample), 0);
    ck_assert_int_eq(lag_held_back(&sample), 0);
}
END_TEST

START_TEST(the_time_to_drain_is_what_is_left_by_what_it_shrinks)
{
    ck_assert_double_eq(lag_drain_seconds(0, 0, 5), 0);
    ck_assert_double_eq(lag_drain_seconds(1000, 100, 50), 20);
    ck_assert_double_eq(lag_drain_seconds(1000, 100, 100), -1);
    ck_assert_double_eq(lag_drain_seconds(1000, 0, 0), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lag_window");
    TCase *tcase = tcase_create("lag_window");

    tcase_add_test(tcase, a_partition_is_judged_by_how_it_moved);
    tcase_add_test(tcase, lag_is_never_negative_and_what_a_transaction_holds_back_is_part_of_it);
    tcase_add_test(tcase, the_time_to_drain_is_what_is_left_by_what_it_shrinks);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
