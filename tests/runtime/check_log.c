/* Log lines as they leave the process: standard error is a pipe here. */
#include "table.h"

#include "runtime/log.h"
#include "runtime/log_recent.h"

#include <unistd.h>

static int pipe_ends[2];

static void catch_stderr(void)
{
    ck_assert(pipe(pipe_ends) == 0 && dup2(pipe_ends[1], STDERR_FILENO) >= 0);
}

/* What one write gave; NUL-terminated. */
static const char *caught(void)
{
    static char text[65536];
    ssize_t len = read(pipe_ends[0], text, sizeof text - 1);

    ck_assert(len > 0);
    text[len] = 0;
    return text;
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* "2026-11-22T02:13:05.123Z" */
static bool begins_with_time(const char *text)
{
    const char *shape = "dddd-dd-ddTdd:dd:dd.dddZ";

    for (; *shape != 0; shape++, text++)
        if (*shape == 'd' ? !isdigit((unsigned char)*text) : *text != *shape)
            return false;
    return true;
}

START_TEST(a_text_line_is_time_level_message_and_code)
{
    log_setup(LOG_TEXT, LOG_INFO);
    log_error("E-PG-08006", "connection to %s lost", "db");
    const char *line = caught();
    ck_assert(begins_with_time(line));
    ck_assert_str_eq(line + 24, " ERROR connection to db lost [E-PG-08006]\n");

    log_info("ready");
    ck_assert_str_eq(caught() + 24, " INFO ready\n");
}
END_TEST

START_TEST(a_json_line_has_the_ecs_fields_in_order)
{
    log_setup(LOG_JSON, LOG_INFO);
    log_warning("E-X-01", "a \"quoted\" name");
    const char *line = caught();
    ck_assert(strncmp(line, "{\"@timestamp\":\"", 15) == 0 && begins_with_time(line + 15));
    ck_assert(strncmp(line + 39, "\",\"log.level\":\"warn\",\"message\":\"a \\\"quoted\\\" name\",\"ecs.version\":\"",
                      66) == 0);
    ck_assert_ptr_nonnull(strstr(line, "\"service.name\":\"sessiond\",\"service.version\":\"" VERSION "\""));
    ck_assert(ends_with(line, ",\"event.code\":\"E-X-01\"}\n"));
}
END_TEST

START_TEST(a_line_about_a_record_says_which)
{
    struct record record = {.topic = "commands", .partition = 3, .offset = 9000000000};
    struct uuid id;

    ck_assert(uuid_parse(bytes_of("7D0F5A0E-6a3b-4c57-9a43-0c1d2e3f4a5b"), &id));

    log_setup(LOG_TEXT, LOG_INFO);
    log_record(LOG_WARNING, "E-Y-01", &record, &id, "is %s", "odd");
    ck_assert_str_eq(caught() + 24,
                     " WARN commands[3]@9000000000 (command 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b): is odd [E-Y-01]\n");

    log_setup(LOG_JSON, LOG_INFO);
    log_record(LOG_WARNING, NULL, &record, &id, "is odd");
    const char *line = caught();
    ck_assert_ptr_nonnull(
        strstr(line, "\"message\":\"commands[3]@9000000000 (command 7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b): is odd\""));
    ck_assert(ends_with(line,
                        ",\"messaging.destination.name\":\"commands\",\"messaging.destination.partition.id\":\"3\","
                        "\"kafka.offset\":9000000000,\"command.id\":\"7d0f5a0e-6a3b-4c57-9a43-0c1d2e3f4a5b\"}\n"));
}
END_TEST

START_TEST(lines_of_a_message_stay_lines_in_text_and_become_one_in_json)
{
    log_setup(LOG_TEXT, LOG_INFO);
    log_error("E-Z-01", "what\n  where");
    ck_assert_str_eq(caught() + 24, " ERROR what\n  where [E-Z-01]\n");

    log_setup(LOG_JSON, LOG_INFO);
    log_error("E-Z-01", "what\n  where");
    const char *line = caught();
    ck_assert_ptr_nonnull(strstr(line, "\"what\\n  where\""));
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
}
END_TEST

START_TEST(a_terminal_never_sees_escape_sequences)
{
    log_setup(LOG_TEXT, LOG_INFO);
    log_info("topic \x1b[2J\x07 \x7f\t.");
    ck_assert_str_eq(caught() + 24, " INFO topic ?[2J? ?\t.\n");
}
END_TEST

START_TEST(what_is_less_important_than_the_level_is_not_written)
{
    log_setup(LOG_TEXT, LOG_WARNING);
    log_debug("a");
    log_info("b");
    log_warning(NULL, "c");
    ck_assert_str_eq(caught() + 24, " WARN c\n");
}
END_TEST

START_TEST(a_pipe_gets_json_by_itself)
{
    log_setup(LOG_AUTO, LOG_INFO);
    log_info("x");
    ck_assert_int_eq(caught()[0], '{');
}
END_TEST

/* Nothing but quotes and control characters, far longer than a line may be: cut, and still JSON. */
START_TEST(a_monstrous_message_is_cut_and_stays_json)
{
    char message[20000];

    memset(message, 1, sizeof message - 1);
    message[sizeof message - 1] = 0;
    log_setup(LOG_JSON, LOG_INFO);
    log_error("E-Z-01", "%s", message);
    const char *line = caught();
    ck_assert_ptr_nonnull(strstr(line, "\\u0001\",\"ecs.version\""));
    ck_assert(ends_with(line, "\"event.code\":\"E-Z-01\"}\n"));
}
END_TEST

START_TEST(repeats_are_held_back_for_ten_seconds_and_counted)
{
    struct log_limit limit = {0};
    uint64_t held_back = 99;

    ck_assert(log_allowed(&limit, 5, &held_back));
    ck_assert_uint_eq(held_back, 0);
    ck_assert(!log_allowed(&limit, 6, &held_back));
    ck_assert(!log_allowed(&limit, 10004, &held_back));
    ck_assert(log_allowed(&limit, 10005, &held_back));
    ck_assert_uint_eq(held_back, 2);
    ck_assert(!log_allowed(&limit, 10006, &held_back));
    ck_assert(log_allowed(&limit, 20005, &held_back));
    ck_assert_uint_eq(held_back, 1);
}
END_TEST

START_TEST(a_line_that_may_repeat_says_how_many_were_held_back)
{
    struct log_limit limit = {0};

    log_setup(LOG_TEXT, LOG_INFO);
    log_limited(&limit, 5, "E-Z-02", "no %s", "answer");
    ck_assert_str_eq(caught() + 24, " WARN no answer (0 more held back) [E-Z-02]\n");
    log_limited(&limit, 6, "E-Z-02", "not written");
    log_limited(&limit, 10005, "E-Z-02", "again");
    ck_assert_str_eq(caught() + 24, " WARN again (1 more held back) [E-Z-02]\n");
}
END_TEST

START_TEST(the_last_warnings_are_kept_and_nothing_less)
{
    struct log_recent_line lines[LOG_RECENT_COUNT];

    log_setup(LOG_TEXT, LOG_INFO);
    log_info("not kept");
    for (int i = 0; i < LOG_RECENT_COUNT + 3; i++)
        log_warning("E-Z-02", "number %d\nof many", i);
    log_error(NULL, "the last");
    ck_assert_uint_eq(log_recent_copy(lines), LOG_RECENT_COUNT);
    ck_assert_str_eq(lines[0].message, "number 4 of many");
    ck_assert_str_eq(lines[0].code, "E-Z-02");
    ck_assert_int_eq(lines[0].level, LOG_WARNING);
    ck_assert_str_eq(lines[LOG_RECENT_COUNT - 1].message, "the last");
    ck_assert_str_eq(lines[LOG_RECENT_COUNT - 1].code, "");
    ck_assert_int_eq(lines[LOG_RECENT_COUNT - 1].level, LOG_ERROR);
    ck_assert_int_ge(lines[LOG_RECENT_COUNT - 1].time_us, lines[0].time_us);
    (void)caught();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *lines = tcase_create("lines");
    TCase *pure = tcase_create("pure");

    tcase_add_checked_fixture(lines, catch_stderr, NULL);
    tcase_add_test(lines, a_text_line_is_time_level_message_and_code);
    tcase_add_test(lines, a_json_line_has_the_ecs_fields_in_order);
    tcase_add_test(lines, a_line_about_a_record_says_which);
    tcase_add_test(lines, lines_of_a_message_stay_lines_in_text_and_become_one_in_json);
    tcase_add_test(lines, a_terminal_never_sees_escape_sequences);
    tcase_add_test(lines, what_is_less_important_than_the_level_is_not_written);
    tcase_add_test(lines, a_pipe_gets_json_by_itself);
    tcase_add_test(lines, a_monstrous_message_is_cut_and_stays_json);
    tcase_add_test(lines, a_line_that_may_repeat_says_how_many_were_held_back);
    tcase_add_test(lines, the_last_warnings_are_kept_and_nothing_less);
    tcase_add_test(pure, repeats_are_held_back_for_ten_seconds_and_counted);
    suite_add_tcase(suite, lines);
    suite_add_tcase(suite, pure);
    return table_run(suite);
}
