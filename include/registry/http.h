/**
 * How the registry is reached: its URLs, the credentials, TLS. The URL that answered last is used, and a failure moves
 * on to the next. After it was opened it belongs to one thread.
 *
 * Redirects are not followed, and neither http_proxy nor ~/.netrc is used: only the configuration says where a request
 * goes, and with which credentials.
 */
#ifndef REGISTRY_HTTP_H
#define REGISTRY_HTTP_H

#include "config/config.h"
#include "registry/endpoint.h"

struct curl_slist;

struct http {
    const struct config *config; /* borrowed */
    struct endpoint *endpoints;
    size_t endpoint_count;
    size_t current;
    unsigned failures; /* failures of any endpoint since the last answer */
    char *user_info;   /* USER:PASSWORD or "" */
    char *token;       /* "": none */
};

/** Opens it. False: ERR_STOP with EXIT_CONFIG, the configuration cannot work (no URL, no such file). Main thread. */
MUSTUSE bool http_open(struct http *http, const struct config *config, struct err *err);
void http_close(struct http *http);

/**
 * Sets everything on `easy` (a CURL *) that does not depend on the request. The caller frees the headers with
 * curl_slist_free_all.
 */
MUSTUSE struct curl_slist *http_prepare(const struct http *http, void *easy, const struct endpoint *endpoint);

/** Notes that `endpoint` gave no usable answer. True: no other has given one since the last one, so a pause is due. */
MUSTUSE bool http_failed(struct http *http, size_t endpoint);
void http_answered(struct http *http);

/**
 * The registry has refused the credentials: reads the files of `<key>.file` again, since passwords change while we run.
 */
void http_read_credentials(struct http *http);

#endif
