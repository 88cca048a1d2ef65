/**
 * One request to the registry and its answer, by libcurl. It owns a handle that is used again for the next request, and
 * so keeps the connection. It belongs to the thread of its `http`.
 */
#ifndef REGISTRY_EXCHANGE_H
#define REGISTRY_EXCHANGE_H

#include "registry/answer.h"
#include "registry/http.h"

/**
 * A longer answer is not read, and counts as unknown. A registry keeps no schema of nearly that size (a Kafka record of
 * 1 MiB).
 */
#define EXCHANGE_ANSWER_MAX (16u << 20)

struct request {
    const char *method; /* "GET", "POST", "PUT" */
    char *path;         /* follows the base URL, begins with a slash, percent-encoded; the caller's */
    const char *body;   /* JSON, or NULL */
    struct expected expected;
};

struct exchange;

/** Borrows `http`. Never NULL. */
MUSTUSE struct exchange *exchange_new(struct http *http);
void exchange_free(struct exchange *exchange);

/** Prepares the handle (a CURL *) for the request to the present endpoint. Borrows the body until exchange_end. */
void exchange_begin(struct exchange *exchange, const struct request *request);

void *exchange_handle(const struct exchange *exchange);

/** The URL that it uses or has used, without the path of the request, for messages. */
const char *exchange_endpoint(const struct exchange *exchange);

/** The Date of the last answer in seconds since 1970 UTC; -1: it had none. */
int64_t exchange_date(const struct exchange *exchange);

/**
 * Judges the result, whose CURLcode is `code`, as answer_read does; `err` names the endpoint. With UNKNOWN,
 * `*pause_due` says that every endpoint has failed since the last answer.
 */
MUSTUSE enum answer exchange_end(struct exchange *exchange, int code, struct json_t **json, bool *pause_due,
                                 struct err *err);

/**
 * Makes the request, to each endpoint once, until one answers. It blocks. UNKNOWN with ERR_INTERRUPTED when a stop was
 * requested meanwhile.
 */
MUSTUSE enum answer exchange_ask(struct exchange *exchange, const struct request *request, struct json_t **json,
                                 struct err *err);

/** Encodes `text` as one segment of a path (RFC 3986). The caller frees. */
MUSTUSE char *path_segment(const char *text);

#endif
