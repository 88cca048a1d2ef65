/**
 * The worker of this configuration that runs on this machine, if there is one: what it says about itself over
 * http.listen.
 */
#ifndef CLI_PARTS_RUNNING_WORKER_H
#define CLI_PARTS_RUNNING_WORKER_H

#include "config/config.h"
#include "http/client.h"

/**
 * Requests `path` from it. False: http.listen is empty, nothing answers there, or something else than a worker of this
 * group and topic does; `err->message` says which. The caller frees `reply->body`.
 */
MUSTUSE bool running_worker_ask(const struct config *config, const char *path, struct reply *reply, struct err *err);

#endif
