/**
 * The tables and the ledger in `postgres.schema`, as `sessiond migrate` creates and checks them. Nothing here prints.
 */
#ifndef POSTGRES_MIGRATE_H
#define POSTGRES_MIGRATE_H

#include "config/config.h"
#include "core/arena.h"
#include "core/err.h"

#define MIGRATE_TABLES 4

/** The names of the tables. */
extern const char *const migrate_tables[MIGRATE_TABLES];

/** Something that a table lacks, or that an operator should know about it. The strings live in the report's arena. */
struct migrate_finding {
    const char *table; /* one of migrate_tables, or another name: a sequence, a function */
    bool warning;      /* the worker runs nevertheless */
    const char *text;  /* "table.column is missing", for people */
    const char *fix;
    const char *json; /* the same as one JSON object */
};

struct migrate_report {
    struct migrate_finding *findings;
    size_t count;
    bool complete; /* nothing is missing; warnings do not count */
};

/**
 * Creates the tables or upgrades them, in one transaction under an advisory lock; existing tables are left as they are,
 * so it can be repeated. `created[i]` says whether migrate_tables[i] was created. On failure: ERR_STOP with the exit
 * code, and nothing is changed.
 */
MUSTUSE bool migrate_up(const struct config *config, bool created[static MIGRATE_TABLES], struct err *err);

/**
 * Finds what the tables lack and changes nothing. The report lives in the arena. On failure: ERR_STOP with the exit
 * code.
 */
MUSTUSE bool migrate_status(const struct config *config, struct arena *arena, struct migrate_report *report,
                            struct err *err);

/**
 * The SQL that does the work of migrate_up and grants `role` what `sessiond run` needs, for psql or any other client.
 * It connects to nothing. The caller frees the text.
 */
MUSTUSE char *migrate_sql(const struct config *config, const char *role);

#endif
