/*
 * Several hosts, of which some take a connection and say nothing: a server that is stopped, a tunnel whose end has
 * gone.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int silent_fd;

/* The kernel takes connections to it, and nobody answers on them. */
static int silent_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    silent_fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(silent_fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(silent_fd, 16), 0);
    ck_assert_int_eq(getsockname(silent_fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

/* How many attempts it takes. */
static int connect_in_the_end(void)
{
    int64_t until = clock_ms() + 20000;

    for (int attempts = 1;; attempts++) {
        enum progress progress;
        do
            progress = store_connect(store, 100, &err);
        while (progress == PENDING && clock_ms() < until);
        if (progress == DONE)
            return attempts;
        ck_assert_msg(progress == FAILED && err.class == ERR_RENEW, "no host was reached in time: %s", err.message);
        ck_assert_str_eq(err.code, "E-PG-08001");
        ck_assert_ptr_nonnull(strstr(err.message, "the next host is tried"));
    }
}

static void try_hosts(const char *hosts, const char *ports)
{
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "host=%s port=%s connect_timeout=2", hosts, ports);
    store = store_new(&config);
}

START_TEST(a_host_that_is_silent_makes_room_for_the_next_one)
{
    char ports[64];
    int silent = silent_port();

    snprintf(ports, sizeof ports, "%d,%s", silent, PQport(beside));
    try_hosts("127.0.0.1,127.0.0.1", ports);
    ck_assert_int_eq(connect_in_the_end(), 2);
    add(&batch, 1, 1, 1);
    must_decide(store, &batch);

    /* The list is as it was written: the first host is the first again. */
    store_disconnect(store);
    close(silent_fd);
    ck_assert_int_eq(connect_in_the_end(), 1);
}
END_TEST

START_TEST(also_when_there_are_several_of_them_and_one_refuses)
{
    char ports[64];
    int silent = silent_port();

    snprintf(ports, sizeof ports, "1,%d,%d,%s", silent, silent, PQport(beside));
    try_hosts("127.0.0.1,127.0.0.1,127.0.0.1,127.0.0.1", ports);
    ck_assert_int_le(connect_in_the_end(), 4);
    close(silent_fd);
}
END_TEST

/* A new string has hosts of its own. */
START_TEST(what_the_file_says_now_counts)
{
    char path[] = "/tmp/sessiond-hosts.XXXXXX";
    int file = mkstemp(path);
    int silent = silent_port();
    char text[200];

    snprintf(text, sizeof text, "host=127.0.0.1,127.0.0.1 port=%d,%d connect_timeout=2", silent, silent);
    ck_assert_int_eq(pwrite(file, text, strlen(text), 0), (ssize_t)strlen(text));
    store_free(store);
    snprintf(conninfo, sizeof conninfo, "%s", text);
    config.postgres_conninfo_file = path;
    store = store_new(&config);
    while (store_connect(store, 100, &err) == PENDING)
        continue;
    ck_assert_ptr_nonnull(strstr(err.message, "the next host is tried"));

    snprintf(text, sizeof text, "host=127.0.0.1 port=%s", PQport(beside));
    ck_assert_int_eq(ftruncate(file, 0), 0);
    ck_assert_int_eq(pwrite(file, text, strlen(text), 0), (ssize_t)strlen(text));
    ck_assert_int_eq(connect_in_the_end(), 1);
    close(silent_fd);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hosts");
    TCase *tcase = tcase_create("hosts");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_host_that_is_silent_makes_room_for_the_next_one);
    tcase_add_test(tcase, also_when_there_are_several_of_them_and_one_refuses);
    tcase_add_test(tcase, what_the_file_says_now_counts);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
