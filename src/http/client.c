#include "http/client.h"

#include "core/memory.h"
#include "http/request.h"
#include "runtime/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX (4 << 20)

struct exchange_state {
    int fd;
    int64_t deadline_ms;
    char *answer;
    size_t len;
};

static bool fail(struct err *err, const char *address, const char *why)
{
    return err_set(err, ERR_STOP, EXIT_NO, E_HTTP_03, "no worker answers at http.listen = %s: %s", address, why);
}

static bool wait_for(const struct exchange_state *x, short events)
{
    struct pollfd pollfd = {.fd = x->fd, .events = events};
    int64_t left = x->deadline_ms - clock_ms();

    if (left > 0 && poll(&pollfd, 1, (int)left) == 1)
        return true;
    errno = ETIMEDOUT;
    return false;
}

static bool connected(struct exchange_state *x, const struct addrinfo *info)
{
    int failed = 0;
    socklen_t size = sizeof failed;

    x->fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (x->fd < 0)
        return false;
    if (connect(x->fd, info->ai_addr, info->ai_addrlen) == 0)
        return true;
    if (errno == EINPROGRESS && wait_for(x, POLLOUT) && getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 &&
        failed == 0)
        return true;
    if (failed != 0)
        errno = failed;
    int why = errno;
    close(x->fd);
    x->fd = -1;
    errno = why;
    return false;
}

/* Without a host it connects to this machine: a server that listens on every address listens here too. */
static bool connect_to(struct exchange_state *x, const char *address, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    struct bytes host, port;
    char host_text[256], port_text[8];

    request_split(address, &host, &port);
    snprintf(host_text, sizeof host_text, "%.*s", (int)host.len, (const char *)host.data);
    snprintf(port_text, sizeof port_text, "%.*s", (int)port.len, (const char *)port.data);
    if (strcmp(host_text, "0.0.0.0") == 0 || strcmp(host_text, "::") == 0)
        *host_text = 0;
    int code = getaddrinfo(*host_text == 0 ? NULL : host_text, port_text, &hints, &list);
    if (code != 0)
        return fail(err, address, gai_strerror(code));
    x->fd = -1;
    errno = ECONNREFUSED;
    for (const struct addrinfo *info = list; info != NULL && x->fd < 0; info = info->ai_next)
        (void)connected(x, info);
    freeaddrinfo(list);
    return x->fd >= 0 || fail(err, address, strerror(errno));
}

static bool say(const struct exchange_state *x, const char *text, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t sent = send(x->fd, text + done, len - done, MSG_NOSIGNAL);
        if (sent > 0)
            done += (size_t)sent;
        else if (errno != EAGAIN || !wait_for(x, POLLOUT))
            return false;
    }
    return true;
}

/* Reads to the end, since the server closes after one answer. */
static bool hear(struct exchange_state *x)
{
    for (;;) {
        x->answer = memory_resized(x->answer, x->len + 65536, 1);
        ssize_t got = recv(x->fd, x->answer + x->len, 65535, 0);
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno != EAGAIN || !wait_for(x, POLLIN)))
            return false;
        x->len += got > 0 ? (size_t)got : 0;
        if (x->len > ANSWER_MAX) {
            errno = EMSGSIZE;
            return false;
        }
    }
    x->answer[x->len] = 0;
    return true;
}

static bool understand(const struct exchange_state *x, const char *address, struct reply *reply, struct err *err)
{
    const char *body = strstr(x->answer, "\r\n\r\n");

    if (strncmp(x->answer, "HTTP/1.", 7) != 0 || x->len < 12 || body == NULL)
        return fail(err, address, "what listens there does not speak HTTP");
    reply->status = (int)strtol(x->answer + 9, NULL, 10);
    reply->body = strdup(body + 4);
    if (reply->body == NULL)
        abort();
    return true;
}

bool client_get(const char *address, const char *path, const char *accept, int timeout_ms, struct reply *reply,
                struct err *err)
{
    struct exchange_state x = {.deadline_ms = clock_ms() + timeout_ms};
    char text[512];

    if (!connect_to(&x, address, err))
        return false;
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\nAccept: %s\r\n\r\n", path, accept);
    bool good = say(&x, text, (size_t)len) && hear(&x);
    if (good)
        good = understand(&x, address, reply, err);
    else
        (void)fail(err, address, strerror(errno));
    close(x.fd);
    free(x.answer);
    return good;
}
