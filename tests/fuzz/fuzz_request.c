/*
 * What is ours of reading an HTTP request, beside a second reading of the rules; libmicrohttpd reads the rest.
 *
 * Input: a byte (1: a loopback listener, 2: it announces a body, 4: no Host, 8: no Accept), then method, path, Host and Accept, each up to
 * a NUL.
 */
#include "http/request.h"

#include "fuzz.h"

#include <regex.h>

#define OCTET "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define LOCAL "(localhost|127(\\." OCTET "){3})"

/* Only names that no DNS answers for are of this machine. */
static bool is_local(const char *host)
{
    static regex_t shape;
    static bool made;

    if (!made)
        MUST(regcomp(&shape, "^" LOCAL "(:[^:]*)?$|^\\[(" LOCAL "|::1)\\](:.*)?$|^::1$",
                     REG_EXTENDED | REG_NOSUB | REG_ICASE) == 0);
    made = true;
    return regexec(&shape, host, 0, NULL, 0) == 0;
}

static bool is_path(const char *path)
{
    static const char *const all = " / /livez /readyz /metrics /api/status ";
    const char *at = *path == 0 || strchr(path, ' ') != NULL ? NULL : strstr(all, path);
    bool whole = false;

    for (; at != NULL && !whole; at = strstr(at + 1, path))
        whole = at[-1] == ' ' && at[strlen(path)] == ' ';
    return whole;
}

static int expected(const struct request *request, bool loopback)
{
    if (loopback && request->host != NULL && !is_local(request->host))
        return HTTP_MISDIRECTED;
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return HTTP_METHOD;
    return request->has_body ? HTTP_TOO_LARGE : HTTP_OK;
}

static void check_judged(const struct request *request, bool loopback)
{
    enum resource resource;
    int status = request_judge(request, loopback, &resource);
    int first = expected(request, loopback);

    MUST((status == HTTP_OK) == (resource != RESOURCE_NONE));
    if (first != HTTP_OK)
        MUST(status == first);
    else if (status == HTTP_OK)
        MUST(is_path(request->path));
    else
        MUST(status == HTTP_NOT_FOUND && !is_path(request->path));
}

/* Both are pieces of the address, the port behind the host. */
static void check_split(const char *address)
{
    struct bytes host, port;
    size_t len = strlen(address);
    const uint8_t *from = (const uint8_t *)address;

    request_split(address, &host, &port);
    MUST(host.data >= from && host.data + host.len <= from + len);
    MUST(port.data >= host.data + host.len && port.data + port.len == from + len);
    MUST(host.len + port.len <= len && len <= host.len + port.len + 3);
}

static char *text_of(struct bytes *input)
{
    struct bytes part = fuzz_part(input);
    char *text = strndup((const char *)part.data, part.len);

    if (text == NULL)
        abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    uint8_t how = fuzz_byte(&input);
    char *method = text_of(&input), *path = text_of(&input), *host = text_of(&input), *accept = text_of(&input);
    struct request request = {
        .method = method, .path = path, .host = how & 4 ? NULL : host, .has_body = (how & 2) != 0};

    check_judged(&request, how & 1);
    check_split(host);
    MUST(request_wants_html(how & 8 ? NULL : accept) == (!(how & 8) && strstr(accept, "text/html") != NULL));
    free(method);
    free(path);
    free(host);
    free(accept);
    return 0;
}
