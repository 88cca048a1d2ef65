/*
 * Counters, histograms and the last ten minutes; and the table of metrics against its documentation.
 */
#include "core/history.h"
#include "core/metric.h"

#include "table.h"

static const struct histogram_bounds bounds = {
    3, {10, 20, 40}
};

START_TEST(a_value_falls_into_the_first_bucket_whose_bound_it_does_not_exceed)
{
    ck_assert_uint_eq(histogram_bucket(&bounds, 0), 0);
    ck_assert_uint_eq(histogram_bucket(&bounds, 10), 0);
    ck_assert_uint_eq(histogram_bucket(&bounds, 11), 1);
    ck_assert_uint_eq(histogram_bucket(&bounds, 40), 2);
    ck_assert_uint_eq(histogram_bucket(&bounds, 41), 3);
    ck_assert_uint_eq(histogram_bucket(&bounds, INT64_MAX), 3);
}
END_TEST

START_TEST(a_quantile_is_interpolated_inside_its_bucket)
{
    struct histogram h = {
        .buckets = {10, 0, 10, 0}
    };

    ck_assert_int_eq(histogram_quantile(&bounds, &h, 250), 5);
    ck_assert_int_eq(histogram_quantile(&bounds, &h, 500), 10);
    ck_assert_int_eq(histogram_quantile(&bounds, &h, 750), 30);
    ck_assert_int_eq(histogram_quantile(&bounds, &h, 1000), 40);
    h.buckets[3] = 1000;
    ck_assert_int_eq(histogram_quantile(&bounds, &h, 990), 40); /* beyond the last bound is at least that */
    h = (struct histogram){0};
    ck_assert_int_eq(histogram_quantile(&bounds, &h, 500), -1);
}
END_TEST

START_TEST(bounds_ascend_and_a_count_is_the_sum_of_its_buckets)
{
    struct counters before, now;

    for (enum timing timing = 0; timing < TIMING_COUNT; timing++) {
        const struct histogram_bounds *b = counters_bounds(timing);
        ck_assert_uint_le(b->count, HISTOGRAM_BOUNDS_MAX);
        for (size_t i = 1; i < b->count; i++)
            ck_assert_int_lt(b->list[i - 1], b->list[i]);
    }
    counters_read(&before);
    counters_time(TIMING_LATENCY, 1000);
    counters_time(TIMING_LATENCY, 1001);
    counters_time(TIMING_LATENCY, -7); /* a producer whose clock is ahead */
    counters_time(TIMING_LATENCY, INT64_C(1000000000000));
    counters_read(&now);
    struct histogram h = histogram_since(&now.timings[TIMING_LATENCY], &before.timings[TIMING_LATENCY]);
    ck_assert_uint_eq(histogram_count(&h), 4);
    ck_assert_uint_eq(h.buckets[0], 2);
    ck_assert_uint_eq(h.buckets[1], 1);
    ck_assert_uint_eq(h.sum, UINT64_C(1000000002001));
}
END_TEST

static uint64_t errors_of(const struct counters *counters, const char *class)
{
    for (size_t i = 0; i < counters->class_count; i++)
        if (strcmp(counters->classes[i], class) == 0)
            return counters->class_errors[i];
    return 0;
}

START_TEST(postgres_errors_are_counted_by_class_and_a_lost_connection_is_class_08)
{
    struct counters now;
    char sqlstate[6];

    counters_postgres_error("57P03");
    counters_postgres_error("57014");
    counters_postgres_error("08006");
    counters_postgres_error(NULL);
    counters_postgres_error("XX000");
    counters_read(&now);
    ck_assert_uint_eq(errors_of(&now, "57"), 2);
    ck_assert_uint_eq(errors_of(&now, "08"), 2);
    ck_assert_uint_eq(errors_of(&now, "XX"), 1);
    for (int i = 0; i < 200; i++) { /* nobody's server can fill the metrics */
        snprintf(sqlstate, sizeof sqlstate, "%02X000", i);
        counters_postgres_error(sqlstate);
    }
    counters_read(&now);
    ck_assert_uint_eq(now.class_count, COUNTERS_CLASSES);
    ck_assert_uint_eq(errors_of(&now, "57"), 3);
}
END_TEST

START_TEST(ten_minutes_are_kept_and_a_minute_is_counted_from_them)
{
    static struct history history;
    struct counters before, now;

    for (int i = 0; i < HISTORY_POINTS + 5; i++) {
        counters_read(&before);
        counters_add(COUNTER_CREATED, 3);
        counters_add(COUNTER_SUPPRESSED, 1);
        counters_reject(ERRCODE_UNDECODABLE);
        counters_time(TIMING_LATENCY, 1500);
        counters_read(&now);
        struct history_point point = history_between(&before, &now, i, i);
        history_add(&history, &point);
    }
    ck_assert_uint_eq(history.count, HISTORY_POINTS);
    ck_assert_int_eq(history_at(&history, 0)->behind, HISTORY_POINTS + 4);
    ck_assert_int_eq(history_at(&history, HISTORY_POINTS - 1)->behind, 5);
    ck_assert_uint_eq(history_at(&history, 0)->created, 3);
    ck_assert_uint_eq(history_at(&history, 0)->duplicate, 1);
    ck_assert_uint_eq(history_rejected(&history, ERRCODE_UNDECODABLE, HISTORY_MINUTE), 30);
    ck_assert_uint_eq(history_rejected(&history, ERRCODE_UNDECODABLE, HISTORY_POINTS), 300);
    ck_assert_uint_eq(history_rejected(&history, ERRCODE_UNKNOWN_SCHEMA, HISTORY_POINTS), 0);
    struct histogram latency = history_latency(&history, HISTORY_MINUTE);
    ck_assert_uint_eq(histogram_count(&latency), 30);
    ck_assert_int_eq(histogram_quantile(counters_bounds(TIMING_LATENCY), &latency, 500), 1500);
}
END_TEST

/* ---- The documentation ------------------------------------------------------------------------------------------- */

#define DOCUMENT "deploy/metrics.md"

static void write_bounds(FILE *out, const char *name, enum timing timing, double unit)
{
    const struct histogram_bounds *b = counters_bounds(timing);

    fprintf(out, "- %s:", name);
    for (size_t i = 0; i < b->count; i++)
        fprintf(out, " %.9g", (double)b->list[i] / unit);
    fprintf(out, "\n");
}

static void write_document(FILE *out)
{
    fprintf(out, "# Metrics\n\n"
                 "What `http.listen` gives under `/metrics`, in Prometheus' text format 0.0.4. Written by `make "
                 "metrics-doc` from "
                 "src/core/metric.c;\na test compares the two. Names and labels stay as they are. There are no labels "
                 "but these: "
                 "partitions are those that the\nprocess has, and a series ends when its partition goes.\n\n"
                 "| name | type | labels | values are | meaning |\n|---|---|---|---|---|\n");
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        const struct metric_row *row = metric_row(metric);
        fprintf(out, "| `%s` | %s | %s | %s | %s |\n", row->name, row->type, row->labels, row->unit, row->help);
    }
    fprintf(out, "\nUpper bounds of the histograms' buckets, besides `+Inf`:\n\n");
    write_bounds(out, "`sessiond_command_latency_seconds`", TIMING_LATENCY, 1e6);
    write_bounds(out, "`sessiond_batch_messages`", TIMING_BATCH, 1);
    write_bounds(out, "`sessiond_phase_seconds`, decode", TIMING_DECODE, 1e6);
    write_bounds(out, "`sessiond_phase_seconds`, store", TIMING_STORE, 1e6);
    write_bounds(out, "`sessiond_phase_seconds`, publish", TIMING_PUBLISH, 1e6);
}

/* With WRITE_DOCUMENT in the environment the file is written instead: make metrics-doc. */
START_TEST(the_documentation_says_what_the_table_says)
{
    char *text = NULL, there[32768];
    size_t len;
    FILE *out = getenv("WRITE_DOCUMENT") != NULL ? fopen(DOCUMENT, "w") : open_memstream(&text, &len);

    ck_assert_ptr_nonnull(out);
    write_document(out);
    fclose(out);
    if (text == NULL)
        return;
    FILE *in = fopen(DOCUMENT, "r");
    ck_assert_msg(in != NULL, "no " DOCUMENT ": make metrics-doc");
    there[fread(there, 1, sizeof there - 1, in)] = 0;
    fclose(in);
    ck_assert_msg(strcmp(there, text) == 0, DOCUMENT " differs from the table of metrics: make metrics-doc");
    free(text);
}
END_TEST

START_TEST(each_metric_is_described_once_and_named_by_the_rules)
{
    for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
        const struct metric_row *row = metric_row(metric);
        ck_assert_msg(row->name != NULL && row->help != NULL && row->unit != NULL, "row %d", (int)metric);
        size_t len = strlen(row->name);
        bool total = len > 6 && strcmp(row->name + len - 6, "_total") == 0;
        ck_assert_msg(total == (strcmp(row->type, "counter") == 0), "%s", row->name);
        for (enum metric other = 0; other < metric; other++)
            ck_assert_str_ne(metric_row(other)->name, row->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counters");
    TCase *tcase = tcase_create("counters");

    tcase_add_test(tcase, a_value_falls_into_the_first_bucket_whose_bound_it_does_not_exceed);
    tcase_add_test(tcase, a_quantile_is_interpolated_inside_its_bucket);
    tcase_add_test(tcase, bounds_ascend_and_a_count_is_the_sum_of_its_buckets);
    tcase_add_test(tcase, postgres_errors_are_counted_by_class_and_a_lost_connection_is_class_08);
    tcase_add_test(tcase, ten_minutes_are_kept_and_a_minute_is_counted_from_them);
    tcase_add_test(tcase, the_documentation_says_what_the_table_says);
    tcase_add_test(tcase, each_metric_is_described_once_and_named_by_the_rules);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
