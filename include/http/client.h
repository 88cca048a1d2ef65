/**
 * Asks the `http.listen` of a running worker, for `health` and `status`: one GET, one answer. It also exists in a
 * program that was built without the server.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "core/err.h"

struct reply {
    int status;
    char *body; /* NUL-terminated; owned by the caller: free() */
};

/**
 * Sends the request. `address` has the form of http.listen; for a listener on every address this machine is asked.
 * False with ERR_STOP and EXIT_NO: nothing listens there, no answer came within `timeout_ms`, or it is not HTTP. The
 * listener need not be a worker.
 */
MUSTUSE bool client_get(const char *address, const char *path, const char *accept, int timeout_ms, struct reply *reply,
                        struct err *err);

#endif
