/**
 * Asks a running worker's `http.listen`, for `health` and `status`: one GET, one answer. Also in a program that was built without the
 * server.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "core/err.h"

struct reply {
    int status;
    char *body; /* NUL-terminated; owned by the caller: free() */
};

/**
 * `address`: as http.listen; a listener on every address is asked on this machine. False with ERR_STOP and EXIT_NO: nobody
 * listens there, no answer within `timeout_ms`, or one that is not HTTP. What listens there need not be a worker.
 */
MUSTUSE bool client_get(const char *address, const char *path, const char *accept, int timeout_ms, struct reply *reply,
                        struct err *err);

#endif
