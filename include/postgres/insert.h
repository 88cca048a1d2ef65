/**
 * The commands that insert_outcomes.sql is asked to decide: its parameters, an array each.
 */
#ifndef POSTGRES_INSERT_H
#define POSTGRES_INSERT_H

#include "core/batch.h"
#include "postgres/query.h"

#define INSERT_PARAMETERS 11

struct insert {
    struct array parameters[INSERT_PARAMETERS];
};

/** Empties it; the memory is kept. */
void insert_begin(struct insert *insert);
void insert_free(struct insert *insert);

/** Adds a command with its id, the violations found before, and its record's position; in the order of the ids. */
void insert_add(struct insert *insert, const struct batch_item *item);

/** As query_execute and query_try. */
MUSTUSE bool insert_execute(const struct insert *insert, struct connection *connection, struct err *err);
MUSTUSE bool insert_try(const struct insert *insert, struct connection *connection, struct err *err);

#endif
