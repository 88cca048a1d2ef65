/** An HTTP server that answers by a script, on a real socket of this process, and remembers the requests. */
#ifndef TESTS_REGISTRY_SERVER_H
#define TESTS_REGISTRY_SERVER_H

#include "config/config.h"

enum twist {
    WHOLE,     /* the whole answer */
    TRUNCATED, /* half of the body, then the connection ends */
    SILENT,    /* no answer: waits until the client hangs up */
    LONG,      /* blanks after the body, 4 MiB in all */
};

/** An answer. The first row that matches and is not used up applies. The list ends with a row of zeros. */
struct script {
    const char *request; /* "GET /schemas/ids/17"; with a * at the end it matches all requests that begin so */
    int status;
    const char *body; /* a $ stands for what follows the last slash of the request's path */
    enum twist twist;
    int times; /* 0: always */
};

struct server;

/** Listens on 127.0.0.1:`port` (0: any). Borrows the script. */
struct server *server_start(const struct script *script, int port);
void server_stop(struct server *server);

int server_port(const struct server *server);

/** How many requests began with `text` so far. */
int server_count(struct server *server, const char *text);

/** Waits until there are that many. */
void server_wait(struct server *server, const char *text, int count);

/** Waits until the client has hung up on a SILENT answer. */
void server_wait_hangup(struct server *server);

/** The head of request `number` (from 0), or "": lines that end with "\r\n", and its body. */
const char *server_seen(struct server *server, int number);

/**
 * Makes a configuration with the settings, "key=value" each. schema.registry.url is the server's with `path`; with NULL
 * it is not set.
 */
void config_with(struct config *config, const struct server *server, const char *path, const char *const *settings);

#endif
