/**
 * How the registry is reached: its URLs, of which the one that answered last is used and a failure moves on to the next; who we
 * are; TLS. A client belongs to one thread after it was opened.
 *
 * Redirects are not followed, and neither http_proxy nor ~/.netrc is looked at: where a request goes, and with which credentials,
 * is what the configuration says.
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
    unsigned failures; /* since the last answer, of whichever was current */
    char *user_info;   /* USER:PASSWORD or "" */
    char *token;       /* or "" */
};

/** ERR_STOP with EXIT_CONFIG when the configuration cannot work: no URL, no such file. Main thread. */
MUSTUSE bool http_open(struct http *http, const struct config *config, struct err *err);
void http_close(struct http *http);

/** Sets on `easy` (a CURL *) all that does not depend on the request. The headers are the caller's: curl_slist_free_all. */
MUSTUSE struct curl_slist *http_prepare(const struct http *http, void *easy, const struct endpoint *endpoint);

/** `endpoint` gave no usable answer. True: nor did any other since the last one that was, so a pause is due. */
MUSTUSE bool http_failed(struct http *http, size_t endpoint);
void http_answered(struct http *http);

/** The registry did not know us: reads again what `<key>.file` named, as passwords are changed while we run. */
void http_read_credentials(struct http *http);

#endif
