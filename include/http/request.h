/**
 * Judges an HTTP request: which resource it gets, or the status that refuses it. Pure.
 *
 * Requests are not trusted. A request that is not exactly as promised is refused, and none ever changes anything.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "core/bytes.h"

enum resource { RESOURCE_NONE = 0, RESOURCE_LIVEZ, RESOURCE_READYZ, RESOURCE_METRICS, RESOURCE_STATUS, RESOURCE_PAGE };

enum {
    HTTP_OK = 200,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD = 405,     /* only GET and HEAD */
    HTTP_TOO_LARGE = 413,  /* it has a body, of whatever size */
    HTTP_MISDIRECTED = 421 /* it is for another host than this one: RFC 9110, section 15.5.20 */
};

struct request {
    const char *method;
    const char *path;   /* decoded, without the query */
    const char *host;   /* the Host header; NULL: there is none (HTTP/1.0) */
    bool has_body;      /* it announces a body */
    bool verbose;       /* the query has this word */
    const char *accept; /* the Accept header; NULL: there is none */
};

/**
 * Returns the status, and with HTTP_OK the resource. `loopback`: only this machine can reach the listener. Then a
 * `Host` that does not name this machine is refused. Otherwise a page of a foreign site, whose name an attacker's DNS
 * points to 127.0.0.1, could read it with its visitor's browser (DNS rebinding).
 */
int request_judge(const struct request *request, bool loopback, enum resource *resource);

/**
 * True when a client that sends this `Accept` header wants HTML. With curl's "*" and without the header (NULL) it does
 * not.
 */
bool request_wants_html(const char *accept);

/** True when an address, as a text without a port, belongs to this machine alone: 127.0.0.0/8, ::1, localhost. */
bool request_is_loopback(struct bytes host);

/** Splits "HOST:PORT" or "[HOST]:PORT". Without a port the port is empty. The brackets are removed. */
void request_split(const char *address, struct bytes *host, struct bytes *port);

#endif
