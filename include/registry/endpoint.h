/** Where the registry is: one of the URLs in `schema.registry.url`, its credentials taken out. Read by libcurl's own parser. */
#ifndef REGISTRY_ENDPOINT_H
#define REGISTRY_ENDPOINT_H

#include "core/err.h"

struct endpoint {
    char *url;  /* "http://a:8081/apis/ccompat/v7": no credentials, no slash at the end; for requests and for people */
    char *user; /* percent-decoded; NULL: none */
    char *password; /* percent-decoded; with `user`, perhaps empty */
};

/** False: ERR_STOP with EXIT_CONFIG, `text` is no URL; nothing to free. */
MUSTUSE bool endpoint_read(const char *text, struct endpoint *endpoint, struct err *err);

void endpoint_free(struct endpoint *endpoint);

#endif
