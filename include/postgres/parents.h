/** The groups or the study activities that a batch names, and which of them exist. */
#ifndef POSTGRES_PARENTS_H
#define POSTGRES_PARENTS_H

#include "core/arena.h"
#include "core/decide.h"
#include "postgres/array.h"

struct pg_result; /* PGresult */

struct parents {
    int64_t *ids; /* owned; the ids that are looked for */
    size_t id_count;
    struct parent *found; /* owned; sorted by id */
    size_t found_count;
    size_t id_capacity;
    size_t found_capacity;
};

/** Empties the lists; the memory is kept. */
void parents_begin(struct parents *parents);
void parents_free(struct parents *parents);

void parents_add(struct parents *parents, int64_t id);

/**
 * Fills `ids` with each id that was added, once and in order: the parameter of sql/bulk_groups.sql and statements like
 * it.
 */
void parents_query(struct parents *parents, struct array *ids);

/** Takes the result of such a statement. Names are copied into the arena. */
void parents_take(struct parents *parents, const struct pg_result *result, struct arena *arena);

/** The parent with that id; NULL when it does not exist. */
const struct parent *parents_find(const struct parents *parents, int64_t id);

#endif
