/**
 * A batch: the commands that had arrived when the loop looked, on their way through decode, store and publish together.
 *
 * Items keep the order in which the source delivered them (per partition: the order of offsets). An item borrows its
 * record from the source's message until `source_release`. The arena is reset at release. One thread.
 */
#ifndef CORE_BATCH_H
#define CORE_BATCH_H

#include "core/offsets.h"
#include "core/outcome.h"

/**
 * How much of an event is published. An item moves on to the next value only when the topic has refused its event for
 * its size.
 */
enum fit {
    FIT_WHOLE = 0,
    FIT_BARE, /* the command id as key, no echoed headers */
};

struct batch_item {
    struct record record;
    void *message; /* the source's handle; NULL in tests */
    struct command command;
    struct uuid command_id;
    bool has_former_id; /* The version before decided such a record under `former_id` (core/former.h). */
    struct uuid former_id;
    struct violations violations; /* What `validate` found, without looking at the parents. */
    const struct ledger_row *row; /* set by the store; shared by the items of one id; in the arena */
    struct outcome outcome;       /* OUTCOME_PENDING until answered or decided */
    enum fit fit;
    bool reply_refused; /* the reply topic takes no record of its event's size */
    size_t dlq_limit;   /* The most bytes that the dead-letter copy may have; 0: no limit is known. */
};

struct batch {
    struct arena arena;
    struct batch_item *items; /* owned; `capacity` of them */
    size_t count;
    size_t capacity;
    size_t decoded;  /* so many items, from the front, are decoded */
    size_t bytes;    /* The memory that all items take (record_memory). */
    uint64_t epoch;  /* of the assignment under which its messages came */
    int64_t read_us; /* when the first of them came, in microseconds since 1970 UTC */
};

/** A batch for up to `capacity` items. It never fails: memory that runs out ends the process. */
void batch_init(struct batch *batch, size_t capacity);
void batch_free(struct batch *batch);

/** Empties the batch and resets its arena. The source must have released the messages before. */
void batch_reset(struct batch *batch);

/** Makes `offsets` those behind the first `count` records, one for each of their partitions. */
void batch_offsets(const struct batch *batch, size_t count, struct offsets *offsets);

/**
 * Makes the record that the row was decided for again, as far as its event depends on it. The item borrows from the
 * row.
 */
void batch_item_decided(struct batch_item *item, const struct uuid *command_id, const struct ledger_row *row);

#endif
