/** How to reach PostgreSQL: the user's connection string, and defaults for what the user has not chosen. */
#ifndef POSTGRES_CONNINFO_H
#define POSTGRES_CONNINFO_H

#include "core/err.h"

#define CONNINFO_MAX 16

/** Keywords and values for PQconnectStartParams (expand_dbname on), ended by NULL. Borrows the string. */
struct conninfo {
    const char *keywords[CONNINFO_MAX];
    const char *values[CONNINFO_MAX];
};

/**
 * Adds the defaults below the string. A user's choice in the string, in a PG* variable or in a service file is never
 * overridden. False: ERR_STOP with EXIT_CONFIG, `text` is not a connection string. The message does not repeat it,
 * since it may contain a password.
 */
MUSTUSE bool conninfo_complete(const char *text, struct conninfo *conninfo, struct err *err);

/** Adds a keyword that overrides those before it. Borrows both texts. */
void conninfo_add(struct conninfo *conninfo, const char *keyword, const char *value);

/** True when libpq can parse it; an empty string is legal. */
bool conninfo_legal(const char *text);

#endif
