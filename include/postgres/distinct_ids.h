/**
 * The ids of a batch that the store still has to decide: each once, in the order of the ids, represented by the first
 * record that has it.
 */
#ifndef POSTGRES_DISTINCT_IDS_H
#define POSTGRES_DISTINCT_IDS_H

#include "core/batch.h"
#include "postgres/array.h"

struct distinct_item {
    struct uuid id;
    uint32_t item; /* index in the batch */
};

struct distinct_id {
    uint32_t first;   /* index in `items` of the first record with this id */
    uint32_t repeats; /* how many records have it, at least 1 */
    char refused[6];  /* the SQLSTATE with which PostgreSQL refuses its row; "" when it does not */
};

struct distinct_ids {
    struct distinct_item *items; /* owned; sorted by id, then by the order of the batch */
    size_t item_count;
    struct distinct_id *ids; /* owned; sorted by id */
    size_t count;
    size_t capacity; /* of both lists */
};

/** Takes the items without an outcome and without a row. The memory is kept for the next batch. */
void distinct_ids_collect(struct distinct_ids *distinct, const struct batch *batch);
/**
 * Fills `ids` with the ids under which the version before decided such records, if they differ (core/former.h). Returns
 * how many there are.
 */
uint32_t distinct_ids_former(struct array *ids, const struct batch *batch);

void distinct_ids_free(struct distinct_ids *distinct);

/** The entry of that id, or NULL. */
struct distinct_id *distinct_ids_find(const struct distinct_ids *distinct, const struct uuid *id);

/** The first record with that id. */
struct batch_item *distinct_ids_first(const struct distinct_ids *distinct, const struct distinct_id *id,
                                      const struct batch *batch);

/** Gives the row to every record with that id. */
void distinct_ids_decide(const struct distinct_ids *distinct, const struct distinct_id *id, struct batch *batch,
                         const struct ledger_row *row);

#endif
