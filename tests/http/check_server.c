/*
 * The server on a real socket: what it answers, what it refuses, and that clients who mean it ill take no more than
 * their share.
 */
#include "http/client.h"
#include "http/server.h"

#include "core/status.h"
#include "table.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct about about = {
    .version = "1.2.3",
    .revision = "abc",
    .librdkafka = "2.0.2",
    .libpq = "15",
    .avro = "1.11",
    .group = "gr\"oup<b>\\",
    .instance = "one",
    .topic = "commands",
    .dlq_topic = "dlq",
    .delivery = "exactly-once",
    .duplicates = "republish",
    .batch_max = 5000,
};

static struct server *server;
static char address[32];
static int port;

static int connect_here(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void begin(void)
{
    static const struct partition_status list[] = {
        {.partition = 0, .position = 10, .end = 25}
    };
    struct refusal refusal = {.at_us = 1, .partition = 0, .offset = 9, .code = ERRCODE_UNDECODABLE};
    struct err err;

    status_begin(1, true, 1000);
    status_life(LIFE_RUNNING);
    status_assigned(1);
    status_partitions(list, 1);
    status_measured(0, 20, 25, LAG_OK, 2);
    status_refused(&refusal);
    status_up(DEPENDENCY_KAFKA, 1500, 2);
    counters_reject(ERRCODE_UNDECODABLE);
    port = free_port();
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    server = server_open(address, &about, &err);
    ck_assert_ptr_nonnull(server);
}

static void end(void)
{
    server_close(server);
}

/* Sends it as it is, and reads to the end: what a server says that closes. */
static void ask(const char *text, char *answer, size_t size)
{
    int fd = connect_here();
    size_t len = 0;
    ssize_t got;

    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    while (len + 1 < size && (got = recv(fd, answer + len, size - 1 - len, 0)) > 0)
        len += (size_t)got;
    answer[len] = 0;
    close(fd);
}

static void check_answer(const char *text, const char *status, const char *contains)
{
    static char answer[1 << 16];

    ask(text, answer, sizeof answer);
    ck_assert_msg(strncmp(answer + 9, status, 3) == 0, "to %.40s: %.200s", text, answer);
    ck_assert_msg(strstr(answer, contains) != NULL, "to %.40s: no %s in %.900s", text, contains, answer);
}

START_TEST(each_resource_has_its_type_and_the_headers_that_guard_it)
{
    static const char *const headers[] = {"Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
                                          "Connection: close\r\n", "Content-Security-Policy: default-src 'none'; "};
    static const struct {
        const char *path;
        const char *contains;
    } cases[] = {
        {"/livez",          "text/plain; charset=utf-8"                                           },
        {"/readyz?verbose", "[+]kafka ok"                                                         },
        {"/readyz?verbose", "[ ]postgresql not asked yet"                                         },
        {"/readyz",         "idle: no command has come since the start\n"                         },
        {"/metrics",        "Content-Type: text/plain; version=0.0.4; charset=utf-8"              },
        {"/metrics",        "\nsessiond_consumer_lag{topic=\"commands\",partition=\"0\"} 15\n"    },
        {"/metrics",        "\nsessiond_stable_offset_lag{topic=\"commands\",partition=\"0\"} 5\n"},
        {"/metrics",        "\nsessiond_state{state=\"idle\"} 1\n"                                },
        {"/api/status",     "Content-Type: application/json"                                      },
        {"/api/status",     "\"state\": \"idle\""                                                 },
        {"/api/status",     "\"group\": \"gr\\\"oup<b>\\\\\""                                     },
        {"/",               "group gr\"oup<b>\\, instance one"                                    },
    };
    char request[128];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", cases[i].path);
        check_answer(request, "200", cases[i].contains);
        for (size_t h = 0; h < sizeof headers / sizeof *headers; h++)
            check_answer(request, "200", headers[h]);
    }
    check_answer("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "200", "Content-Length: ");
}
END_TEST

START_TEST(the_page_is_whole_without_a_script_and_nothing_in_it_is_taken_for_markup)
{
    static const char *const in_it[] = {"Content-Type: text/html; charset=utf-8",
                                        "script-src 'sha256-",
                                        "style-src 'sha256-",
                                        "connect-src 'self'; img-src data:; base-uri 'none'",
                                        "idle: no command has come since the start",
                                        "group gr&quot;oup&lt;b&gt;\\",
                                        "[0]@9<td>UNDECODABLE",
                                        "href=\"data:image/svg+xml,"};

    for (size_t i = 0; i < sizeof in_it / sizeof *in_it; i++)
        check_answer("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n", "200", in_it[i]);
}
END_TEST

START_TEST(what_is_not_promised_is_refused)
{
    check_answer("GET /no HTTP/1.1\r\nHost: localhost\r\n\r\n", "404", "no-store");
    check_answer("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "405", "Allow: GET, HEAD");
    check_answer("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", "413", "no body");
    check_answer("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "413", "no body");
    check_answer("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421", "this machine");
    check_answer("GET / HTTP/1.0\r\n\r\n", "200", "group");
}
END_TEST

START_TEST(a_request_larger_than_its_room_is_refused_and_the_next_one_answered)
{
    static char request[65536], answer[4096];
    size_t len = (size_t)snprintf(request, sizeof request, "GET /livez HTTP/1.1\r\nHost: localhost\r\n");

    while (len < 40000)
        len += (size_t)snprintf(request + len, sizeof request - len, "X-%zu: %080d\r\n", len, 0);
    snprintf(request + len, sizeof request - len, "\r\n");
    int fd = connect_here();
    (void)!send(fd, request, len, MSG_NOSIGNAL); /* it may have been refused before all of it is sent */
    ssize_t got = recv(fd, answer, sizeof answer - 1, 0);
    ck_assert_msg(got <= 0 || strncmp(answer + 9, "4", 1) == 0, "%.100s", answer);
    close(fd);
    check_answer("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", "200", "ok");
}
END_TEST

/* Half-open, silent, dripping: none of them holds a place for long, and there are no more places than promised. */
START_TEST(connections_that_never_ask_are_ended_and_others_are_served)
{
    enum { MANY = 180 };
    int fds[MANY];
    char byte;

    for (int i = 0; i < MANY; i++) {
        fds[i] = connect_here();
        (void)!send(fds[i], "GET /", 5, MSG_NOSIGNAL);
    }
    for (int second = 0; second < 25; second++) { /* each drips on, so that none of them is silent */
        struct pollfd first = {.fd = fds[0], .events = POLLIN};
        if (poll(&first, 1, 1000) == 1)
            break;
        for (int i = 0; i < MANY; i++)
            (void)!send(fds[i], "x", 1, MSG_NOSIGNAL);
    }
    ck_assert_int_le(recv(fds[0], &byte, 1, 0), 0); /* closed, with nothing said */
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    check_answer("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", "200", "ok");
}
END_TEST

START_TEST(it_closes_at_once_whatever_clients_do)
{
    int fds[20];

    for (int i = 0; i < 20; i++)
        fds[i] = connect_here();
    (void)!send(fds[0], "GET / HT", 8, MSG_NOSIGNAL);
    server_close(server);
    server = NULL;
    for (int i = 0; i < 20; i++)
        close(fds[i]);
}
END_TEST

START_TEST(a_port_in_use_is_said_and_what_cannot_be_listened_on_too)
{
    struct err err;

    ck_assert_ptr_null(server_open(address, &about, &err));
    ck_assert_str_eq(err.code, "E-HTTP-01");
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_ptr_null(server_open("192.0.2.1:1", &about, &err)); /* RFC 5737: nobody's */
    ck_assert_str_eq(err.code, "E-HTTP-02");
}
END_TEST

START_TEST(the_client_of_health_and_status_gets_the_body_or_says_why_not)
{
    struct reply reply;
    struct err err;
    char nobody[32];

    ck_assert(client_get(address, "/api/status", "*/*", 2000, &reply, &err));
    ck_assert_int_eq(reply.status, 200);
    ck_assert_int_eq(reply.body[0], '{');
    free(reply.body);
    ck_assert(client_get(address, "/no", "*/*", 2000, &reply, &err));
    ck_assert_int_eq(reply.status, 404);
    free(reply.body);
    snprintf(nobody, sizeof nobody, "127.0.0.1:%d", free_port());
    ck_assert(!client_get(nobody, "/", "*/*", 2000, &reply, &err));
    ck_assert_int_eq(err.exit_code, EXIT_NO);
    ck_assert_ptr_nonnull(strstr(err.message, "Connection refused"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server");
    TCase *tcase = tcase_create("server");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, each_resource_has_its_type_and_the_headers_that_guard_it);
    tcase_add_test(tcase, the_page_is_whole_without_a_script_and_nothing_in_it_is_taken_for_markup);
    tcase_add_test(tcase, what_is_not_promised_is_refused);
    tcase_add_test(tcase, a_request_larger_than_its_room_is_refused_and_the_next_one_answered);
    tcase_add_test(tcase, connections_that_never_ask_are_ended_and_others_are_served);
    tcase_add_test(tcase, it_closes_at_once_whatever_clients_do);
    tcase_add_test(tcase, a_port_in_use_is_said_and_what_cannot_be_listened_on_too);
    tcase_add_test(tcase, the_client_of_health_and_status_gets_the_body_or_says_why_not);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
