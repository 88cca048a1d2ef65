/**
 * The lookup of one id: which request comes next, and what its answer means. Pure, except that it builds the requests.
 */
#ifndef REGISTRY_FETCH_H
#define REGISTRY_FETCH_H

#include "runtime/backoff.h"
#include "registry/exchange.h"
#include "registry/registry.h"
#include "registry/resolve.h"

struct fetch {
    struct registry_answer answer; /* has the id from the beginning; the rest is set when it is done */
    struct resolve *resolve;       /* set when the schema has come and its references have not */
    const struct reference *wanted;
    unsigned misses;   /* how often the registry did not have what is requested now */
    unsigned failures; /* how often there was no usable answer */
    struct backoff backoff;
    int64_t due_ms;     /* not to be requested before this time */
    bool done;          /* the answer is complete */
    struct fetch *next; /* the next one in the list that it belongs to */
};

/**
 * Makes a lookup. When the id is a number that no registry gives, it is done from the beginning, with the answer "not
 * found".
 */
MUSTUSE struct fetch *fetch_new(const struct schema_id *id);
void fetch_free(struct fetch *fetch);

/** The next request. The caller frees its path. */
struct request fetch_request(const struct fetch *fetch);

/**
 * Takes an answer that was found. DONE. PENDING: another request follows. FAILED: ERR_RETRY, it is not a schema as a
 * registry writes it.
 */
MUSTUSE enum progress fetch_found(struct fetch *fetch, const struct json_t *json, int64_t now_ms, struct err *err);

/**
 * Takes the answer "not found". True: the lookup is done. Else it continues at `due_ms`, as it does after a failure.
 */
MUSTUSE bool fetch_missed(struct fetch *fetch, int64_t retries, int64_t now_ms);
void fetch_failed(struct fetch *fetch, size_t endpoints, int64_t now_ms, uint32_t random);

#endif
