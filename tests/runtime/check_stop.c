/* How the process ends: signals and the watchdog. Each case is a process of its own. */
#include "table.h"

#include "core/err.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `body` as a child whose standard error is `said`; returns its exit code, or -1 when a signal killed it. */
static int end_of(void (*body)(void), char said[static 4096])
{
    int out[2];
    size_t len = 0;
    ssize_t part;
    int status;

    ck_assert(pipe(out) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        body();
        _exit(EXIT_DONE);
    }
    close(out[1]);
    while ((part = read(out[0], said + len, 4095 - len)) > 0)
        len += (size_t)part;
    said[len] = 0;
    close(out[0]);
    ck_assert(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void one_signal(void)
{
    stop_setup();
    if (stop_requested())
        _exit(1);
    raise(SIGTERM);
    if (!stop_requested())
        _exit(2);
}

static void two_signals(void)
{
    stop_setup();
    raise(SIGINT);
    raise(SIGTERM);
}

static void broken_pipe(void)
{
    stop_setup();
    raise(SIGPIPE);
}

static void a_wait_meets_a_signal(void)
{
    stop_setup();
    pid_t parent = getpid();
    if (fork() == 0) {
        clock_sleep_ms(100);
        kill(parent, SIGTERM);
        _exit(0);
    }
    int64_t begun = clock_ms();
    clock_sleep_ms(20000);
    if (clock_ms() - begun > 10000 || !stop_requested())
        _exit(1);
}

static void a_loop_that_hangs(void)
{
    log_setup(LOG_TEXT, LOG_INFO);
    watchdog_start(200, 60000);
    watchdog_tick("commit the transaction");
    clock_sleep_ms(20000);
}

static void a_loop_that_ticks(void)
{
    watchdog_start(2000, 60000);
    for (int i = 0; i < 60; i++) {
        watchdog_tick("fill");
        clock_sleep_ms(50);
    }
}

static void a_stop_that_hangs(void)
{
    log_setup(LOG_TEXT, LOG_INFO);
    stop_setup();
    watchdog_start(60000, 200);
    raise(SIGTERM);
    watchdog_tick("leave the group");
    for (int i = 0; i < 400; i++)
        clock_sleep_ms(50);
}

static void a_failure_that_cannot_close(void)
{
    log_setup(LOG_TEXT, LOG_INFO);
    watchdog_start(60000, 200);
    watchdog_tick("closing");
    watchdog_failed(EXIT_CONFIG);
    clock_sleep_ms(20000);
}

static void nobody_reads_the_log(void)
{
    char junk[4096] = {0};
    int out[2];

    if (pipe(out) != 0 || dup2(out[1], STDERR_FILENO) < 0)
        _exit(1);
    for (int i = 0; i < 16; i++)
        if (write(STDERR_FILENO, junk, sizeof junk) < 0)
            _exit(2);
    watchdog_start(100, 60000);
    clock_sleep_ms(20000);
}

START_TEST(the_first_signal_asks_and_the_second_ends_with_75)
{
    char said[4096];

    ck_assert_int_eq(end_of(one_signal, said), EXIT_DONE);
    ck_assert_int_eq(end_of(two_signals, said), EXIT_TIMEOUT);
    ck_assert_int_eq(end_of(broken_pipe, said), EXIT_DONE);
}
END_TEST

START_TEST(a_signal_ends_a_sleep)
{
    char said[4096];

    ck_assert_int_eq(end_of(a_wait_meets_a_signal, said), EXIT_DONE);
}
END_TEST

START_TEST(a_loop_that_hangs_is_ended_with_75_and_the_line_says_in_what)
{
    char said[4096];

    ck_assert_int_eq(end_of(a_loop_that_hangs, said), EXIT_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(said, "commit the transaction"));
    ck_assert_ptr_nonnull(strstr(said, "[E-WATCHDOG-01]\n"));
}
END_TEST

START_TEST(a_loop_that_ticks_is_left_alone)
{
    char said[4096];

    ck_assert_int_eq(end_of(a_loop_that_ticks, said), EXIT_DONE);
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_stop_that_hangs_is_ended_with_75)
{
    char said[4096];

    ck_assert_int_eq(end_of(a_stop_that_hangs, said), EXIT_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(said, "leave the group"));
}
END_TEST

START_TEST(a_failure_that_cannot_close_ends_with_its_own_status)
{
    char said[4096];

    ck_assert_int_eq(end_of(a_failure_that_cannot_close, said), EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(said, "closing"));
}
END_TEST

START_TEST(a_full_log_pipe_does_not_hold_up_the_watchdog)
{
    char said[4096];

    ck_assert_int_eq(end_of(nobody_reads_the_log, said), EXIT_TIMEOUT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stop");
    TCase *tcase = tcase_create("stop");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, the_first_signal_asks_and_the_second_ends_with_75);
    tcase_add_test(tcase, a_signal_ends_a_sleep);
    tcase_add_test(tcase, a_loop_that_hangs_is_ended_with_75_and_the_line_says_in_what);
    tcase_add_test(tcase, a_loop_that_ticks_is_left_alone);
    tcase_add_test(tcase, a_stop_that_hangs_is_ended_with_75);
    tcase_add_test(tcase, a_failure_that_cannot_close_ends_with_its_own_status);
    tcase_add_test(tcase, a_full_log_pipe_does_not_hold_up_the_watchdog);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
