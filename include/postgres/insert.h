/** The parameters of insert_outcomes.sql: the commands that it has to decide, as one array for each column. */
#ifndef POSTGRES_INSERT_H
#define POSTGRES_INSERT_H

#include "core/batch.h"
#include "postgres/query.h"

#define INSERT_PARAMETERS 11

struct insert {
    struct array parameters[INSERT_PARAMETERS];
};

/** Empties the arrays; the memory is kept. */
void insert_begin(struct insert *insert);
void insert_free(struct insert *insert);

/**
 * Adds a command with its id, the violations found before, and its record's position. Call it in the order of the ids.
 */
void insert_add(struct insert *insert, const struct batch_item *item);

/**
 * Sends the statement as query_execute does, or tries it as query_try does. True: query_result gets the answer. False:
 * ERR_RENEW, nothing was sent.
 */
MUSTUSE bool insert_execute(const struct insert *insert, struct connection *connection, struct err *err);
MUSTUSE bool insert_try(const struct insert *insert, struct connection *connection, struct err *err);

#endif
