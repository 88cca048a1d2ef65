/**
 * Looking up schemas by the ids that records carry, on a thread of its own, so that the group is served while a
 * registry is slow or away.
 *
 * What an answer means: 200 with a schema is one; 404 (unless it is a proxy's page or names a path; asked
 * `schema.registry.retries` times more, with pauses, since a registry may be behind its producers) is that there is
 * none; everything else (401, 403, 429, 5xx, no connection, no answer, an answer that is not a registry's) says nothing
 * about the record and is asked again, with backoff, for as long as it takes, of the next URL if there are several.
 *
 * Source: Confluent Schema Registry API, "GET /schemas/ids/{int: id}" and "GET /schemas/guids/{string: guid}".
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "core/err.h"
#include "core/schema_id.h"
#include "config/config.h"

struct registry;

struct registry_answer {
    struct schema_id id;
    bool found; /* false, too, when a schema that it refers to is not there */
    enum schema_type
        type; /* when found; SCHEMA_OTHER, too, when its references cannot be put together (registry/resolve.h) */
    char *
        text; /* when found: the schema; with references, they and it as one Avro union, it last. Owned by the caller: free() */
};

/**
 * Starts the thread; connects to nothing yet. Borrows the configuration. NULL: ERR_STOP with EXIT_CONFIG, when it
 * cannot work (no such CA file; built without libcurl). Main thread.
 */
MUSTUSE struct registry *registry_open(const struct config *config, struct err *err);

/** Ends the thread, also in the middle of a request. NULL is fine. */
void registry_close(struct registry *registry);

/**
 * Begins to look `id` up, unless that is under way or its answer is waiting. Any number may be; they are asked one at a
 * time. Does not block. Main thread.
 */
void registry_ask(struct registry *registry, const struct schema_id *id);

/**
 * Waits for the next answer, in any order. DONE: `answer`. PENDING: none within `timeout_ms`; then `err` is what last
 * went wrong (ERR_RETRY; EXIT_PERMISSION when the registry does not let us in, else EXIT_UNREACHABLE), or ERR_NONE when
 * the registry has answered something since. Never FAILED. Main thread.
 */
MUSTUSE enum progress registry_next(struct registry *registry, int timeout_ms, struct registry_answer *answer,
                                    struct err *err);

/** What it is built on: "libcurl 7.88.1", or "none"; static. */
const char *registry_version(void);

#endif
