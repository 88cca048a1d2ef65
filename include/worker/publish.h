/**
 * The transaction protocol: the events of one batch, its dead-letter copies and its offsets are published in one Kafka
 * transaction, once.
 *
 * What can go wrong, and what is done (the table in src/README.md has the whole story):
 *
 *   a step fails and requires abort  abort, then the same batch again from memory; if the commit was already
 *                                    requested, first find out whether it happened (a broker may answer a
 *                                    successful commit with an error)
 *   the assignment changed           abort and drop the batch: the partitions' new owner answers it from the ledger
 *   a record is too large            abort, then publish that record in a smaller form
 *   the producer is unusable         make a new one; if the commit was already requested, first find out whether it
 *                                    happened
 *   an attempt takes too long        (a quota, a narrow line) fewer items at once, in several transactions:
 *                                    worker/portion.h
 *   a request went unanswered        (tainted) make a new producer before the next transaction
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
    int offsets_slice_ms; /* how long sending offsets may take before it is repeated; 0: not known yet */
    bool renew;           /* the producer must be replaced before the next transaction */
    bool in_doubt;        /* the commit of the last transaction was requested, and was not answered with success */
    struct portion portion;
    size_t from, end;             /* the items of the batch that are being published */
    struct deliveries deliveries; /* the records of these items */
    struct offsets offsets;       /* of the transaction that is under way or in doubt */
    uint64_t aborted;             /* how many transactions were aborted */
};

/**
 * Waits until the producer is ready and has fenced its predecessor. False: ERR_STOP, ERR_RESTART or ERR_INTERRUPTED.
 */
MUSTUSE bool publish_ready(struct publisher *publisher, struct err *err);

/** What became of a batch. */
enum publish_result {
    PUBLISHED,
    DROPPED,     /* its assignment is over: the partitions' new owner answers it */
    UNPUBLISHED, /* nothing is lost: the next start reads it again */
};

/**
 * Publishes a batch whose outcomes are known. It is dropped as soon as its assignment is over, even when a part of it
 * is published. UNPUBLISHED: `err` is ERR_STOP, ERR_RESTART or ERR_INTERRUPTED.
 */
MUSTUSE enum publish_result publish_batch(struct publisher *publisher, struct batch *batch, struct err *err);

/**
 * Commits offsets alone (those after control records) under the present epoch; `empty` is a batch without items.
 * DROPPED: the assignment is over. UNPUBLISHED: `err` is ERR_STOP, ERR_RESTART or ERR_INTERRUPTED.
 */
MUSTUSE enum publish_result publish_offsets(struct publisher *publisher, struct batch *empty, struct err *err);

/** Frees what the publisher owns; the sink, the source and the encoder are borrowed. */
void publish_free(struct publisher *publisher);

#endif
