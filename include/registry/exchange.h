/**
 * One request to the registry and its answer, by libcurl. Owns its handle, which is used again for the next request; with it goes
 * the connection. Of the thread of its `http`.
 */
#ifndef REGISTRY_EXCHANGE_H
#define REGISTRY_EXCHANGE_H

#include "registry/answer.h"
#include "registry/http.h"

/** Longer answers are not read: "nothing is known". Far longer than a schema that a registry keeps (a Kafka record of 1 MiB). */
#define EXCHANGE_ANSWER_MAX (16u << 20)

struct request {
    const char *method; /* "GET", "POST", "PUT" */
    char *path;         /* from the base URL on, begins with a slash, percent-encoded; the caller's */
    const char *body;   /* JSON, or NULL */
    struct expected expected;
};

struct exchange;

/** Borrows `http`. */
MUSTUSE struct exchange *exchange_new(struct http *http);
void exchange_free(struct exchange *exchange);

/** Makes the handle (a CURL *) ready to go to the current endpoint. Borrows the body until exchange_end. */
void exchange_begin(struct exchange *exchange, const struct request *request);

void *exchange_handle(const struct exchange *exchange);

/** The URL that it goes or went to, without the path of the request, for messages. */
const char *exchange_endpoint(const struct exchange *exchange);

/** The Date of the last answer in seconds since 1970 UTC; -1: it had none. */
int64_t exchange_date(const struct exchange *exchange);

/**
 * What came of it; `code` is the CURLcode. As answer_read, `err` naming the endpoint. `*pause_due` with UNKNOWN: every endpoint
 * failed since the last answer.
 */
MUSTUSE enum answer exchange_end(struct exchange *exchange, int code, struct json_t **json, bool *pause_due,
                                 struct err *err);

/** The whole, each endpoint once, until one answers. Blocks. UNKNOWN with ERR_INTERRUPTED when a stop was asked for meanwhile. */
MUSTUSE enum answer exchange_ask(struct exchange *exchange, const struct request *request, struct json_t **json,
                                 struct err *err);

/** `text` as one segment of a path (RFC 3986). The caller frees. */
MUSTUSE char *path_segment(const char *text);

#endif
