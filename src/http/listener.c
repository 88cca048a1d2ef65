#include "http/listener.h"

#include "http/request.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

static bool cannot(struct err *err, const char *address, int why)
{
    if (why == EADDRINUSE)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_HTTP_01,
                       "http.listen = %s: another process has this port\n"
                       "  fix: another port, or http.listen= (empty) for no HTTP",
                       address);
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_HTTP_02,
                   "http.listen = %s: %s\n  fix: an address of this machine and a port that it may use", address,
                   strerror(why));
}

static int try_listen(const struct addrinfo *info, int *why)
{
    int on = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    *why = errno;
    if (fd >= 0)
        close(fd);
    return -1;
}

int listener_open(const char *address, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    struct bytes host, port;
    char host_text[256], port_text[8];
    int fd = -1, why = EINVAL;

    request_split(address, &host, &port);
    snprintf(host_text, sizeof host_text, "%.*s", (int)host.len, (const char *)host.data);
    snprintf(port_text, sizeof port_text, "%.*s", (int)port.len, (const char *)port.data);
    int code = getaddrinfo(*host_text == 0 ? NULL : host_text, port_text, &hints, &list);
    if (code != 0) {
        err_set(err, ERR_STOP, EXIT_CONFIG, E_HTTP_02,
                "http.listen = %s: %s\n  fix: an address of this machine and a port", address, gai_strerror(code));
        return -1;
    }
    for (const struct addrinfo *info = list; info != NULL && fd < 0; info = info->ai_next)
        fd = try_listen(info, &why);
    freeaddrinfo(list);
    if (fd < 0)
        cannot(err, address, why);
    return fd;
}
