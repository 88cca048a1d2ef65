/* Times and integers as text: tests/data/event_times.table, and the C library as a second opinion. */
#include "core/decimal.h"
#include "core/rfc3339.h"

#include "table.h"

#include <inttypes.h>
#include <time.h>

static void check_time(const struct table_row *row)
{
    char text[RFC3339_TEXT];
    size_t len = rfc3339_format(strtoll(row->cell[0], NULL, 10), text);
    size_t wanted = strcspn(row->cell[1], " ");

    ck_assert_msg(len == wanted && strlen(text) == len && strncmp(text, row->cell[1], len) == 0, "%s:%d: %s becomes %s",
                  row->path, row->line, row->cell[0], text);
}

START_TEST(times_are_written_as_the_table_says)
{
    table_each("tests/data/event_times.table", check_time);
}
END_TEST

/* One time a day at a changing hour, for four centuries before and after 1970. */
START_TEST(every_day_of_the_calendar_is_the_c_librarys)
{
    for (int64_t day = -146097; day <= 146097; day++) {
        time_t second = day * 86400 + (day * day) % 86400;
        char text[RFC3339_TEXT], wanted[RFC3339_TEXT];
        struct tm tm;

        rfc3339_format((int64_t)second * 1000000 + 42, text);
        gmtime_r(&second, &tm);
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%S.000042Z", &tm);
        ck_assert_str_eq(text, wanted);

        int64_t again;
        ck_assert(rfc3339_parse(bytes_of(text), &again));
        ck_assert_int_eq(again, (int64_t)second * 1000000 + 42);
    }
}
END_TEST

START_TEST(a_text_that_is_never_written_is_no_time)
{
    static const char *const texts[] = {
        "",
        "2026-11-22T02:13:05.123456",
        "2026-11-22T02:13:05.123456Z ",
        "2026-11-22T02:13:05.123456z",
        "2026-11-22 02:13:05.123456Z",
        "2026-11-22T02:13:05.12345aZ",
        "2026-02-29T02:13:05.123456Z",
        "2026-13-01T02:13:05.123456Z",
        "2026-11-00T02:13:05.123456Z",
        "2026-11-22T24:13:05.123456Z",
        "2026-11-22T02:13:60.123456Z",
        "2026-11-22T02:13:05.123Z",
    };
    int64_t us;

    ck_assert(!rfc3339_parse((struct bytes){0}, &us));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!rfc3339_parse(bytes_of(texts[i]), &us), "%s", texts[i]);
    ck_assert(rfc3339_parse(bytes_of("2026-11-22T02:13:05.123456Z"), &us));
}
END_TEST

START_TEST(integers_are_printfs)
{
    static const int64_t values[] = {0, 1, -1, 9, 10, -10, 99, 100, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[DECIMAL_TEXT], wanted[DECIMAL_TEXT];
        size_t len = decimal_format(values[i], text);
        snprintf(wanted, sizeof wanted, "%" PRId64, values[i]);
        ck_assert_str_eq(text, wanted);
        ck_assert_uint_eq(len, strlen(wanted));
        int64_t again = 7;
        ck_assert(decimal_parse((struct bytes){(const uint8_t *)text, len}, &again));
        ck_assert_int_eq(again, values[i]);
    }
}
END_TEST

START_TEST(only_what_is_written_is_read)
{
    static const char *const texts[] = {
        "",
        "-",
        "-0",
        "00",
        "01",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "0x1",
        "--1",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551617",
        "100000000000000000000",
    };
    int64_t value;

    ck_assert(!decimal_parse((struct bytes){0}, &value));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!decimal_parse(bytes_of(texts[i]), &value), "%s", texts[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rfc3339");
    TCase *tcase = tcase_create("rfc3339");

    tcase_add_test(tcase, times_are_written_as_the_table_says);
    tcase_add_test(tcase, every_day_of_the_calendar_is_the_c_librarys);
    tcase_add_test(tcase, a_text_that_is_never_written_is_no_time);
    tcase_add_test(tcase, integers_are_printfs);
    tcase_add_test(tcase, only_what_is_written_is_read);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
