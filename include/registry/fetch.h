/**
 * One id on its way: what has to be asked next, and what an answer makes of it. Pure, but for the requests that it words.
 */
#ifndef REGISTRY_FETCH_H
#define REGISTRY_FETCH_H

#include "runtime/backoff.h"
#include "registry/exchange.h"
#include "registry/registry.h"
#include "registry/resolve.h"

struct fetch {
    struct registry_answer answer; /* its id from the beginning, the rest when it is done */
    struct resolve *resolve;       /* when the schema is there and its references are not */
    const struct reference *wanted;
    unsigned misses;   /* how often what is asked now was not there */
    unsigned failures; /* how often nothing was known */
    struct backoff backoff;
    int64_t due_ms;     /* not to be asked before */
    bool done;          /* the answer is complete */
    struct fetch *next; /* of the list that it is in */
};

/** Done from the beginning, and not found, when the id is a number that no registry gives. */
MUSTUSE struct fetch *fetch_new(const struct schema_id *id);
void fetch_free(struct fetch *fetch);

/** What to ask next. The caller frees the path. */
struct request fetch_request(const struct fetch *fetch);

/** DONE, or PENDING: there is more to ask. FAILED: ERR_RETRY, it is no schema as a registry writes it. */
MUSTUSE enum progress fetch_found(struct fetch *fetch, const struct json_t *json, int64_t now_ms, struct err *err);

/** True when the fetch is done; else it goes on at `due_ms`, as it does after a failure. */
MUSTUSE bool fetch_missed(struct fetch *fetch, int64_t retries, int64_t now_ms);
void fetch_failed(struct fetch *fetch, size_t endpoints, int64_t now_ms, uint32_t random);

#endif
