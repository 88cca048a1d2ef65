/**
 * Finds what `sessiond check` wants to know about PostgreSQL. It asks what the store asks when it opens (postgres/store.h), by the same
 * functions, and more. It writes nothing. Use it from one thread.
 */
#ifndef POSTGRES_INSPECT_H
#define POSTGRES_INSPECT_H

#include "config/config.h"
#include "core/err.h"

/** Takes a finding; called inside inspect(). `err` is borrowed. ERR_STOP: the store cannot open; ERR_NONE: a warning. */
typedef void inspect_take(void *opaque, const struct err *err);

/** What was found. It is filled if `known`; texts are "" if there is nothing to say. */
struct inspection {
    bool known;
    int64_t clock_ahead_ms; /* how far the server's clock is ahead of this host's, to within `clock_within_ms` */
    int64_t clock_within_ms;
    char unsafe[256];   /* settings that let a crash lose commits, e.g. "fsync=off" */
    int64_t ids_left;   /* how many values study_sessions.id has left; -1: not known */
    int64_t ids_behind; /* how far the largest id is ahead of the sequence; 0: it is not, or that is not known */
    bool pruned;        /* by the statistics of the ledger */
    int64_t
        oldest_ms; /* when the oldest unpruned outcome was decided, in ms since 1970 UTC, by the statistics; -1: not known */
    char bulk_obstacle[256];   /* why large batches take the slower way */
    char checks_obstacle[256]; /* why parents cannot be checked once a batch */
};

/** False: the server cannot be reached or refuses the login; `err` is ERR_STOP with its exit code, or ERR_INTERRUPTED. */
MUSTUSE bool inspect(const struct config *config, inspect_take *take, void *opaque, struct inspection *inspection,
                     struct err *err);

/** True when postgres.conninfo can be parsed. It connects to nothing. False with ERR_STOP and EXIT_CONFIG. */
MUSTUSE bool inspect_conninfo(const struct config *config, struct err *err);

/** True when postgres.conninfo has a password in it. */
bool inspect_has_password(const struct config *config);

/** True when a password goes to another machine, `host`, and the connection need not use TLS. */
bool inspect_in_clear(const struct config *config, char *host, size_t size);

#endif
