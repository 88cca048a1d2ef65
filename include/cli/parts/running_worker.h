/** The worker of this configuration that runs on this machine, if one does: what it says of itself over http.listen. */
#ifndef CLI_PARTS_RUNNING_WORKER_H
#define CLI_PARTS_RUNNING_WORKER_H

#include "config/config.h"
#include "http/client.h"

/**
 * Asks it for `path`. False: http.listen is empty, nobody answers there, or what answers is no worker of this group and
 * topic; `err->message` says which. The caller frees `reply->body`.
 */
MUSTUSE bool running_worker_ask(const struct config *config, const char *path, struct reply *reply, struct err *err);

#endif
