/**
 * The worker: source → decode → validate → store → outcome → encode → sink, two batches in flight.
 *
 * Takes nothing over: the parts it works with are borrowed and outlive it. One thread.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "codec/decode.h"
#include "codec/event.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "postgres/store.h"
#include "registry/registry.h"

/** Below this many commands a batch is published before anything new is taken: latency first, overlap only under load.
 */
#define WORKER_OVERLAP_MIN 256

struct worker;

/** Who has answered since the process began: a host that has is no wrong name, however long it is away later. */
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
    struct registry *registry; /* NULL: none is configured */
    struct event_encoder *encoder;
    void (*published)(void *opaque,
                      const struct batch *batch); /* called for each batch that is out; NULL: nobody asks */
    void *opaque;
    struct answered *answered; /* outlives this worker when everything is opened anew */
};

struct worker *worker_new(const struct worker_parts *parts);
void worker_free(struct worker *worker);

/** Connects the store and readies the sink, waiting out what is down; gives up only on what cannot heal. */
MUSTUSE bool worker_start(struct worker *worker, struct err *err);

/** One turn of the loop. False: the process must end with `err->exit_code`. */
MUSTUSE bool worker_step(struct worker *worker, struct err *err);

/** Publishes what is in flight and commits. */
MUSTUSE bool worker_drain(struct worker *worker, struct err *err);

#endif
