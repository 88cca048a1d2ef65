/**
 * The worker: source → decode → validate → store → outcome → encode → sink, three batches at once.
 *
 * It owns nothing else: the parts that it works with are borrowed and outlive it. One thread.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "codec/decode.h"
#include "codec/event.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "postgres/store.h"
#include "registry/registry.h"

/**
 * A batch with fewer commands is published before anything new is taken: latency comes first, and batches overlap only
 * under load.
 */
#define WORKER_OVERLAP_MIN 256

struct worker;

/**
 * What has answered since the process began. A host that has answered once is not a wrong name, however long it is away
 * later.
 */
struct answered {
    bool broker;
    bool database;
};

struct worker_parts {
    const struct config *config;
    struct source *source;
    struct sink *sink;
    struct store *store;
    const struct decode_options *decode;
    struct registry *registry; /* NULL: no registry is configured */
    struct event_encoder *encoder;
    void (*published)(void *opaque,
                      const struct batch *batch); /* called for each batch that is published; NULL: no callback */
    void *opaque;
    struct answered *answered; /* outlives this worker when everything is opened anew */
};

struct worker *worker_new(const struct worker_parts *parts);
void worker_free(struct worker *worker);

/** Connects the store and readies the sink. It waits for what is down, and gives up only when waiting cannot help. */
MUSTUSE bool worker_start(struct worker *worker, struct err *err);

/** One turn of the loop. False: the process must end with `err->exit_code`. */
MUSTUSE bool worker_step(struct worker *worker, struct err *err);

/** Publishes and commits what is in flight. */
MUSTUSE bool worker_drain(struct worker *worker, struct err *err);

#endif
