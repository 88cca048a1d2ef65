/** The socket that the HTTP server listens on. */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include "core/err.h"

/**
 * Listens on `address` (HOST:PORT, [HOST]:PORT), without blocking. Returns the descriptor, which the caller closes; -1
 * with ERR_STOP and EXIT_CONFIG: E-HTTP-01, the port is in use, or E-HTTP-02, it cannot listen there. It waits for the
 * resolver when the host is a name.
 */
MUSTUSE int listener_open(const char *address, struct err *err);

#endif
