/**
 * The transaction protocol: the events of one batch, its DLQ copies and its offsets go out in one Kafka transaction, once.
 *
 * What can go wrong and what is done (the table in src/README.md has the whole story):
 *
 *   a step fails, requires abort    abort, the same batch again from memory; if the commit had been asked for, first see whether it
 *                                   happened (a broker may answer with an error what it has done)
 *   the assignment changed          abort, drop the batch: the partitions' new owner answers it from the ledger
 *   a record is too large           abort, publish that record in a smaller form
 *   the producer is of no more use  a new producer; if the commit had been asked for, first see whether it happened
 *   an attempt takes too long       (a quota, a narrow line) fewer items at once, in several transactions: worker/portion.h
 *   an answer came too late         (tainted) a new producer before the next transaction
 *
 * One thread; the sink and the source are borrowed.
 */
#ifndef WORKER_PUBLISH_H
#define WORKER_PUBLISH_H

#include "codec/event.h"
#include "core/offsets.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "worker/keepalive.h"
#include "worker/deliveries.h"
#include "worker/portion.h"

struct publisher {
    const struct config *config;
    struct source *source;
    struct sink *sink;
    struct event_encoder *encoder;
    struct keepalive *keepalive;
    int offsets_slice_ms; /* how long sending offsets may take before it is asked again; 0: not known yet */
    bool renew;           /* the producer must be replaced before the next transaction */
    bool in_doubt;        /* the last transaction's commit was asked for, and not answered with success */
    struct portion portion;
    size_t from, end;             /* the items of the batch that are under way */
    struct deliveries deliveries; /* their records */
    struct offsets offsets;       /* of the transaction under way, or in doubt */
    uint64_t aborted;             /* transactions */
};

/** Waits until the producer is ready (and its predecessor fenced). As publish_batch. */
MUSTUSE bool publish_ready(struct publisher *publisher, struct err *err);

/** What became of a batch. */
enum publish_result {
    PUBLISHED,
    DROPPED,     /* its assignment is over: whoever has the partitions now answers it */
    UNPUBLISHED, /* nothing is lost: the next start reads it again */
};

/**
 * Publishes a batch whose outcomes are known. It is dropped as soon as its assignment is over, also when a part of it is out.
 * UNPUBLISHED: `err` is ERR_STOP, ERR_RESTART or ERR_INTERRUPTED.
 */
MUSTUSE enum publish_result publish_batch(struct publisher *publisher, struct batch *batch, struct err *err);

/** Commits offsets alone (behind control records) under the present epoch, with a batch that is empty; else as publish_batch. */
MUSTUSE enum publish_result publish_offsets(struct publisher *publisher, struct batch *empty, struct err *err);

/** Frees what it owns; the sink, the source and the encoder are borrowed. */
void publish_free(struct publisher *publisher);

#endif
