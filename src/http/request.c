#include "http/request.h"

#include <arpa/inet.h>
#include <strings.h>

static const struct {
    const char *path;
    enum resource resource;
} paths[] = {
    {"/livez",      RESOURCE_LIVEZ  },
    {"/readyz",     RESOURCE_READYZ },
    {"/metrics",    RESOURCE_METRICS},
    {"/api/status", RESOURCE_STATUS },
    {"/",           RESOURCE_PAGE   },
};

void request_split(const char *address, struct bytes *host, struct bytes *port)
{
    const char *end = address + strlen(address);
    const char *colon = strchr(address, ':');
    const char *bracket = *address == '[' ? strchr(address, ']') : NULL;

    if (bracket != NULL && bracket[1] != 0 && bracket[1] != ':')
        bracket = NULL; /* "[::1]example.org" is no address of this machine */
    if (bracket != NULL)
        colon = bracket[1] == ':' ? bracket + 1 : NULL;
    else if (colon != NULL && strchr(colon + 1, ':') != NULL)
        colon = NULL; /* an IPv6 address without brackets has no port */
    const char *stop = bracket != NULL ? bracket : colon != NULL ? colon : end;
    const char *start = bracket != NULL ? address + 1 : address;
    *host = (struct bytes){(const uint8_t *)start, (size_t)(stop - start)};
    *port = colon == NULL ? (struct bytes){(const uint8_t *)end, 0} : bytes_of(colon + 1);
}

static bool is(struct bytes text, const char *name)
{
    return text.len == strlen(name) && strncasecmp((const char *)text.data, name, text.len) == 0;
}

/* True for 127.0.0.0/8 as four numbers; a name that only begins so ("127.0.0.1.example.org") does not count. */
static bool is_127(struct bytes text)
{
    char copy[INET_ADDRSTRLEN] = "";
    struct in_addr address;

    if (text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    return inet_pton(AF_INET, copy, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool request_is_loopback(struct bytes host)
{
    return is_127(host) || is(host, "localhost") || is(host, "::1");
}

static bool is_foreign(const char *host)
{
    struct bytes name, port;

    if (host == NULL)
        return false;
    request_split(host, &name, &port);
    return !request_is_loopback(name);
}

int request_judge(const struct request *request, bool loopback, enum resource *resource)
{
    *resource = RESOURCE_NONE;
    if (loopback && is_foreign(request->host))
        return HTTP_MISDIRECTED;
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return HTTP_METHOD;
    if (request->has_body)
        return HTTP_TOO_LARGE;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(request->path, paths[i].path) == 0)
            *resource = paths[i].resource;
    return *resource == RESOURCE_NONE ? HTTP_NOT_FOUND : HTTP_OK;
}

bool request_wants_html(const char *accept)
{
    return accept != NULL && strstr(accept, "text/html") != NULL;
}
