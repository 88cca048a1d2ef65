/**
 * Looks up schemas by the ids in records, on a thread of its own, so that the group is served while a registry is slow
 * or away.
 *
 * What an answer means: 200 with a schema is a schema. 404 means that there is none, unless it is a proxy's page or
 * names a path; it is asked `schema.registry.retries` times more, with pauses, since a registry may be behind its
 * producers. Everything else (401, 403, 429, 5xx, no connection, no answer, an answer that is not a registry's) says
 * nothing about the record. Then the request is repeated with backoff, for as long as it takes, to the next URL if
 * there are several.
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
    bool found; /* false also when a schema that it refers to does not exist */
    enum schema_type
        type; /* when found; SCHEMA_OTHER also when its references cannot be put together (registry/resolve.h) */
    /*
     * When found: the schema; with references, an Avro union of them and the schema, which is the last branch. The
     * caller frees it
     */
    char *text;
};

/**
 * Starts the thread; it connects to nothing yet. Borrows the configuration. NULL: ERR_STOP with EXIT_CONFIG, it cannot
 * work (no such CA file; built without libcurl). Main thread.
 */
MUSTUSE struct registry *registry_open(const struct config *config, struct err *err);

/** Ends the thread, even in the middle of a request. NULL is allowed. */
void registry_close(struct registry *registry);

/**
 * Begins to look `id` up, unless that is under way or its answer waits to be taken. Any number of ids may be under way;
 * they are requested one at a time. It does not block. Main thread.
 */
void registry_ask(struct registry *registry, const struct schema_id *id);

/**
 * Waits for the next answer; they come in any order. DONE: `answer` is filled. PENDING: none came within `timeout_ms`;
 * `err` is then the last failure (ERR_RETRY; EXIT_PERMISSION when the registry refuses our credentials, else
 * EXIT_UNREACHABLE), or ERR_NONE when the registry has answered something since. Never FAILED. Main thread.
 */
MUSTUSE enum progress registry_next(struct registry *registry, int timeout_ms, struct registry_answer *answer,
                                    struct err *err);

/** The library that it uses: "libcurl 7.88.1", or "none"; static. */
const char *registry_version(void);

#endif
