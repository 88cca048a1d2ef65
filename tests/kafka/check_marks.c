/* What replay and redrive write beside their offsets, and read again. */
#include "table.h"

#include "kafka/replay_mark.h"
#include "kafka/tools/redrive_mark.h"

static const struct replay_mark some = {
    "0123456789abcdef", 1795313585000000, 5, INT64_MAX, {"2026-11-22 02:13:05", "end", -1}
};

START_TEST(a_replays_mark_is_read_as_it_was_written)
{
    char text[REPLAY_MARK_TEXT];
    struct replay_mark again;
    size_t len = replay_mark_format(&some, text);

    ck_assert_uint_eq(len, strlen(text));
    ck_assert(replay_mark_parse((struct bytes){(const uint8_t *)text, len}, &again));
    ck_assert(strcmp(again.run, some.run) == 0 && again.begun_us == some.begun_us);
    ck_assert(again.start == some.start && again.end == some.end);
    ck_assert(replay_arguments_equal(&again.arguments, &some.arguments));
    again.arguments.partition = 0;
    ck_assert(!replay_arguments_equal(&again.arguments, &some.arguments));
}
END_TEST

START_TEST(the_longest_replay_mark_fits)
{
    struct replay_mark longest = {
        "ffffffffffffffff", INT64_MIN, INT64_MIN, INT64_MIN, {"", "", INT32_MIN}
    };
    char text[REPLAY_MARK_TEXT];

    memset(longest.arguments.from, 'x', REPLAY_PLACE_TEXT - 1);
    memset(longest.arguments.to, 'x', REPLAY_PLACE_TEXT - 1);
    ck_assert_uint_lt(replay_mark_format(&longest, text), REPLAY_MARK_TEXT);
}
END_TEST

START_TEST(what_others_commit_is_no_replays_mark)
{
    static const char *const texts[] = {
        "",
        "something",
        "sessiond-replay/1 ",
        "sessiond-replay/2 run=0123456789abcdef;begun=1;start=0;end=9;partition=-1;from=1h;to=end",
        "sessiond-replay/1 run=0123456789abcdef;begun=1;start=0;end=9;partition=-1;from=1h",
        "sessiond-replay/1 run=0123456789abcdef;begun= 1;start=0;end=9;partition=-1;from=1h;to=end",
        "sessiond-replay/1 run=0123456789abcdef;begun=1;start=0;end=9;partition=-1;from=1h;to=end;more=1",
    };
    struct replay_mark mark;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!replay_mark_parse(bytes_of(texts[i]), &mark), "%s", texts[i]);
    ck_assert(!replay_mark_parse((struct bytes){0}, &mark));
}
END_TEST

START_TEST(redrive_knows_each_code_apart)
{
    struct redrive_mark mark = {0}, again;
    char text[REDRIVE_MARK_TEXT];

    ck_assert_int_eq(redrive_mark_next(&mark, bytes_of("STORE_REFUSED")), 0);
    ck_assert(redrive_mark_set(&mark, bytes_of("STORE_REFUSED"), 7));
    ck_assert(redrive_mark_set(&mark, bytes_of("UNDECODABLE"), 4));
    ck_assert(redrive_mark_set(&mark, bytes_of("STORE_REFUSED"), 9));
    ck_assert_int_eq(redrive_mark_lowest(&mark), 0); /* nothing of UNKNOWN_SCHEMA */
    ck_assert(redrive_mark_set(&mark, bytes_of("UNKNOWN_SCHEMA"), 5));
    ck_assert_int_eq(redrive_mark_lowest(&mark), 4);

    size_t len = redrive_mark_format(&mark, text);
    ck_assert_str_eq(text, "sessiond-redrive/1 STORE_REFUSED=9 UNDECODABLE=4 UNKNOWN_SCHEMA=5");
    ck_assert(redrive_mark_parse((struct bytes){(const uint8_t *)text, len}, &again));
    ck_assert_int_eq(redrive_mark_next(&again, bytes_of("STORE_REFUSED")), 9);
}
END_TEST

START_TEST(the_longest_redrive_mark_fits_and_one_code_more_does_not)
{
    struct redrive_mark mark = {0}, again;
    char name[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char text[REDRIVE_MARK_TEXT];

    for (int i = 0; i < REDRIVE_CODES; i++, name[0]++)
        ck_assert(redrive_mark_set(&mark, bytes_of(name), INT64_MAX));
    ck_assert(!redrive_mark_set(&mark, bytes_of(name), 1));
    size_t len = redrive_mark_format(&mark, text);
    ck_assert_uint_lt(len, REDRIVE_MARK_TEXT);
    ck_assert(redrive_mark_parse((struct bytes){(const uint8_t *)text, len}, &again));
    ck_assert_uint_eq(again.count, REDRIVE_CODES);
}
END_TEST

START_TEST(what_others_commit_is_no_redrive_mark)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "sessiond-redrive/2 A=1",
                                        "sessiond-redrive/1 a=1",
                                        "sessiond-redrive/1 A=1 ",
                                        "sessiond-redrive/1 A=01",
                                        "sessiond-redrive/1 A"};
    struct redrive_mark mark;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(!redrive_mark_parse(bytes_of(texts[i]), &mark), "%s", texts[i]);
        ck_assert_uint_eq(mark.count, 0);
    }
}
END_TEST

START_TEST(a_code_is_a_short_word_in_capitals)
{
    ck_assert(redrive_is_code(bytes_of("STORE_REFUSED")) && redrive_is_code(bytes_of("A")));
    ck_assert(!redrive_is_code(bytes_of("")) && !redrive_is_code((struct bytes){0}));
    ck_assert(!redrive_is_code(bytes_of("A B")) && !redrive_is_code(bytes_of("A=1")) &&
              !redrive_is_code(bytes_of("a")));
    ck_assert(!redrive_is_code(bytes_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("marks");
    TCase *tcase = tcase_create("marks");

    tcase_add_test(tcase, a_replays_mark_is_read_as_it_was_written);
    tcase_add_test(tcase, the_longest_replay_mark_fits);
    tcase_add_test(tcase, what_others_commit_is_no_replays_mark);
    tcase_add_test(tcase, redrive_knows_each_code_apart);
    tcase_add_test(tcase, the_longest_redrive_mark_fits_and_one_code_more_does_not);
    tcase_add_test(tcase, what_others_commit_is_no_redrive_mark);
    tcase_add_test(tcase, a_code_is_a_short_word_in_capitals);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
