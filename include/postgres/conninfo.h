/**
 * How to reach PostgreSQL: the user's connection string, and below it defaults of ours for what nobody chose.
 */
#ifndef POSTGRES_CONNINFO_H
#define POSTGRES_CONNINFO_H

#include "core/err.h"

#define CONNINFO_MAX 16

/** Keywords and values for PQconnectStartParams (expand_dbname on), ended by NULL. Borrows the string given. */
struct conninfo {
    const char *keywords[CONNINFO_MAX];
    const char *values[CONNINFO_MAX];
};

/**
 * A user's choice in the string, in a PG* variable or in a service file is never overridden. ERR_STOP with EXIT_CONFIG
 * when `text` is not a connection string; its content is not repeated, it may hold a password.
 */
MUSTUSE bool conninfo_complete(const char *text, struct conninfo *conninfo, struct err *err);

/** One more, over those before it. Borrows both. */
void conninfo_add(struct conninfo *conninfo, const char *keyword, const char *value);

/** Whether libpq can read it; an empty one it can. */
bool conninfo_legal(const char *text);

#endif
