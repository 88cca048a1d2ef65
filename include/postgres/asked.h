/**
 * The ids of a batch that the store still has to decide: each once, in the order of the ids, standing for the first
 * record that carries it.
 */
#ifndef POSTGRES_ASKED_H
#define POSTGRES_ASKED_H

#include "core/batch.h"

struct asked_item {
    struct uuid id;
    uint32_t item; /* index in the batch */
};

struct asked_id {
    uint32_t first;   /* index in `items` of the first record with this id */
    uint32_t repeats; /* how many records in all, >= 1 */
    char refused[6];  /* the SQLSTATE with which PostgreSQL refuses its row; "" while it does not */
};

struct asked {
    struct asked_item *items; /* owned; by id, then by the order of the batch */
    size_t item_count;
    struct asked_id *ids; /* owned; by id */
    size_t count;
    size_t capacity; /* of both */
};

/** Takes the items without outcome and decision. The memory is kept for the next batch. */
void asked_collect(struct asked *asked, const struct batch *batch);
void asked_free(struct asked *asked);

/** The entry of that id, or NULL. */
struct asked_id *asked_find(const struct asked *asked, const struct uuid *id);

/** The first record with that id. */
struct batch_item *asked_first(const struct asked *asked, const struct asked_id *id, const struct batch *batch);

/** Gives the row to every record with that id. */
void asked_decide(const struct asked *asked, const struct asked_id *id, struct batch *batch,
                  const struct ledger_row *row);

#endif
