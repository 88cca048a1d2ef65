/**
 * What `sessiond check` wants to know of PostgreSQL. It asks what the store asks when it opens (postgres/store.h), by the same functions,
 * and what has to be known beside it. Nothing is written. One thread.
 */
#ifndef POSTGRES_INSPECT_H
#define POSTGRES_INSPECT_H

#include "config/config.h"
#include "core/err.h"

/** A finding, inside inspect(): `err` is borrowed. ERR_STOP: the store does not open like this; ERR_NONE: a warning. */
typedef void inspect_take(void *opaque, const struct err *err);

/** What is known, where `known`; texts are "" when there is nothing to say. */
struct inspection {
    bool known;
    int64_t clock_ahead_ms; /* of the server, before this host's; within `clock_within_ms` of it */
    int64_t clock_within_ms;
    char unsafe[256];        /* settings that let a crash lose commits, e.g. "fsync=off" */
    int64_t ids_left;        /* of study_sessions.id; -1: not known */
    int64_t ids_behind;      /* the largest id is so far ahead of the sequence; 0: it is not, or that is not known */
    bool pruned;             /* as the statistics of the ledger say */
    int64_t oldest_ms;       /* since when outcomes are whole, in ms since 1970 UTC, by the statistics; -1: not known */
    char bulk_obstacle[256]; /* why large batches take the slower way */
    char checks_obstacle[256]; /* why parents cannot be checked once a batch */
};

/** False: the server cannot be reached, or does not let us in; `err`: ERR_STOP with its exit code, or ERR_INTERRUPTED. */
MUSTUSE bool inspect(const struct config *config, inspect_take *take, void *opaque, struct inspection *inspection,
                     struct err *err);

/** Whether postgres.conninfo can be read at all; connects to nothing. False: ERR_STOP with EXIT_CONFIG. */
MUSTUSE bool inspect_conninfo(const struct config *config, struct err *err);

/** Whether postgres.conninfo has a password in it. */
bool inspect_has_password(const struct config *config);

/** Whether a password is for another machine, `host`, and TLS is not asked for. */
bool inspect_in_clear(const struct config *config, char *host, size_t size);

#endif
