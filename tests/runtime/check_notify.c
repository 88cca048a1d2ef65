#include "runtime/notify.h"

#include "table.h"

#include "runtime/watchdog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A service manager's socket; the name is in the abstract namespace or a path. */
static int listen_on(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    memcpy(address.sun_path, name, strlen(name));
    if (*name == '@')
        address.sun_path[0] = 0;
    ck_assert_int_eq(
        bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void expect(int fd, const char *state)
{
    char text[64] = "";

    ck_assert_int_eq(recv(fd, text, sizeof text - 1, 0), (ssize_t)strlen(state));
    ck_assert_str_eq(text, state);
    close(fd);
}

START_TEST(a_state_reaches_the_socket_that_the_manager_named)
{
    char path[64];

    snprintf(path, sizeof path, "/tmp/check_notify.%d", (int)getpid());
    int fd = listen_on(path);
    notify("READY=1");
    expect(fd, "READY=1");
    unlink(path);
}
END_TEST

START_TEST(an_at_sign_means_the_abstract_namespace)
{
    char name[64];

    snprintf(name, sizeof name, "@check_notify.%d", (int)getpid());
    int fd = listen_on(name);
    notify("STOPPING=1");
    expect(fd, "STOPPING=1");
}
END_TEST

START_TEST(a_manager_that_does_not_read_holds_nobody_up_for_long)
{
    char name[64];
    time_t begun = time(NULL);

    snprintf(name, sizeof name, "@check_notify.full.%d", (int)getpid());
    int fd = listen_on(name);
    /* Whatever the queue holds (net.unix.max_dgram_qlen): a state that comes again is no newer. */
    int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    while (sendto(other, "x", 1, 0, (struct sockaddr *)&address, size) == 1)
        continue;
    notify("STATUS=nobody reads this");
    ck_assert_int_le(time(NULL) - begun, 5);
    close(other);
    close(fd);
}
END_TEST

static int alive(int fd)
{
    char text[64] = "";
    int count = 0;

    while (recv(fd, text, sizeof text - 1, 0) > 0) {
        ck_assert_str_eq(text, "WATCHDOG=1");
        count++;
    }
    return count;
}

/* A service manager that gives `usec`, and a loop that has ticked 100 times. */
static int watched_loop(const char *usec, const char *pid)
{
    char name[64];

    snprintf(name, sizeof name, "@check_notify.%d", (int)getpid());
    int fd = listen_on(name);
    setenv("WATCHDOG_USEC", usec, 1);
    setenv("WATCHDOG_PID", pid, 1);
    watchdog_start(60000, 60000);
    for (int i = 0; i < 100; i++)
        watchdog_tick("test");
    return fd;
}

START_TEST(a_manager_that_watches_is_told_by_the_ticks_that_the_loop_is_alive)
{
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    int fd = watched_loop("8000", pid);
    int count = alive(fd);
    for (; count < 3; count += alive(fd))
        watchdog_tick("test");
    close(fd);
}
END_TEST

START_TEST(it_is_told_no_more_often_than_four_times_in_its_limit)
{
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    int fd = watched_loop("3600000000", pid);
    ck_assert_int_eq(alive(fd), 1);
    close(fd);
}
END_TEST

START_TEST(a_manager_that_watches_another_process_is_told_nothing)
{
    int fd = watched_loop("8000", "1");
    ck_assert_int_eq(alive(fd), 0);
    close(fd);
}
END_TEST

START_TEST(without_a_manager_nothing_happens)
{
    unsetenv("NOTIFY_SOCKET");
    notify("READY=1");
    setenv("NOTIFY_SOCKET", "/nobody/listens/here", 1);
    notify("READY=1");
    setenv("NOTIFY_SOCKET", "relative", 1);
    notify("READY=1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notify");
    TCase *tcase = tcase_create("systemd");

    tcase_add_test(tcase, a_state_reaches_the_socket_that_the_manager_named);
    tcase_add_test(tcase, an_at_sign_means_the_abstract_namespace);
    tcase_add_test(tcase, a_manager_that_does_not_read_holds_nobody_up_for_long);
    tcase_add_test(tcase, a_manager_that_watches_is_told_by_the_ticks_that_the_loop_is_alive);
    tcase_add_test(tcase, it_is_told_no_more_often_than_four_times_in_its_limit);
    tcase_add_test(tcase, a_manager_that_watches_another_process_is_told_nothing);
    tcase_add_test(tcase, without_a_manager_nothing_happens);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
