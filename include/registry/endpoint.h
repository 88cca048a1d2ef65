/** One URL of `schema.registry.url`, without its credentials. It is parsed by libcurl. */
#ifndef REGISTRY_ENDPOINT_H
#define REGISTRY_ENDPOINT_H

#include "core/err.h"

struct endpoint {
    /* "http://a:8081/apis/ccompat/v7": without credentials, without a slash at the end; for requests and messages */
    char *url;
    char *user;     /* percent-decoded; NULL: none */
    char *password; /* percent-decoded; set with `user`, perhaps empty */
};

/** Parses a URL. False: ERR_STOP with EXIT_CONFIG, `text` is not a URL, and there is nothing to free. */
MUSTUSE bool endpoint_read(const char *text, struct endpoint *endpoint, struct err *err);

void endpoint_free(struct endpoint *endpoint);

#endif
