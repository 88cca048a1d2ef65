/**
 * The HTTP server of `run`: health, metrics, status and the page, on a thread of its own.
 *
 * It never touches the loop's state: each answer is written from a copy (http/view.h). What a hostile client can take
 * is bounded: 64 connections of 16 KiB each, each for 10 s at most and for one request. Further connections wait in the
 * kernel's queue. The loop does not notice them.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "core/err.h"
#include "http/view.h"

struct server;

/**
 * Listens on `address` (HOST:PORT, [HOST]:PORT) and starts the thread. Borrows `about`. NULL with ERR_STOP and
 * EXIT_CONFIG: E-HTTP-01 the port is in use, E-HTTP-02 it cannot listen there, or this program was built without HTTP.
 * Main thread.
 */
MUSTUSE struct server *server_open(const char *address, const struct about *about, struct err *err);

/** Ends the thread within a fraction of a second, whatever clients do. NULL is allowed. */
void server_close(struct server *server);

/** The library that it uses: "libmicrohttpd 0.9.75", or "none"; static. */
const char *server_version(void);

#endif
