/**
 * The inside of a sink, for its three files: sink.c (the producer and its life), sink_errors.c (what its callbacks and
 * calls report) and sink_transaction.c (records and transactions). Everybody else uses kafka/sink.h. One thread: the
 * loop's.
 */
#ifndef KAFKA_SINK_PARTS_H
#define KAFKA_SINK_PARTS_H

#include "kafka/copy_size.h"
#include "kafka/offsets_call.h"
#include "kafka/output_topics.h"
#include "kafka/sasl_reload.h"
#include "kafka/sink.h"
#include "kafka/taint.h"
#include "runtime/log.h"

struct rd_kafka_conf_s;  /* rd_kafka_conf_t */
struct rd_kafka_error_s; /* rd_kafka_error_t */

struct sink {
    const struct config *config;
    bool transactional;
    struct rd_kafka_s *rk;
    struct output_topics output_topics;
    struct offsets_call *offsets_call; /* a call under way; NULL: none */
    bool left_one;                     /* a producer was left to a call that has not returned */
    taint_flag tainted;
    struct sasl_reload sasl_reload;
    bool fenced;
    bool unbatched;             /* this producer sends each record alone */
    int64_t unbatched_until_ms; /* a batch of records was too large: until then producers send each record alone */
    bool copies_named;          /* this producer has found copies that are too large */
    /* This producer has found events or replies that are too large: only sending alone can find the next one */
    bool others_named;
    struct copy_size copies;
    int init_patience_ms; /* see init_transactions */
    int64_t patience_ms;  /* half of transaction.timeout.ms: how long a full queue is waited for */
    struct err delivery;  /* the first failed delivery of the open transaction */
    struct err failure;   /* what a callback has found: ERR_STOP ends the next call */
    int throttle_ms;      /* the last delay by a quota that a broker told, and when */
    int64_t throttled_at_ms;
    struct log_limit limit;
};

/** Registers the sink's callbacks. They run inside its calls, on the loop's thread. */
void sink_watch(struct sink *sink, struct rd_kafka_conf_s *conf);

/** True with `err` when a callback has found what must end the process: every call looks first. */
MUSTUSE bool sink_failed(struct sink *sink, struct err *err);

/** What the worker does about the error of a transactional call, which it frees: PENDING for ERR_RETRY, else FAILED. */
MUSTUSE enum progress sink_transaction_error(struct sink *sink, struct rd_kafka_error_s *error, const char *what,
                                             struct err *err);

/** Judges the error `code` (rd_kafka_resp_err_t) of one record for that topic. */
void sink_record_error(struct sink *sink, int code, const char *topic, struct err *err);

/** Remembers that this record, which was sent alone, is too large. */
void sink_note_refused(struct sink *sink, struct delivery *delivery);

#endif
