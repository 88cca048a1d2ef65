/**
 * What a schema registry has said about the ids in records: a bounded cache of schemas ready to decode with.
 *
 * A schema that was found is kept: an id never comes to mean another one. Beyond CACHED_SCHEMA_MAX the one used least recently goes.
 * That an id has no schema is believed for CACHED_SCHEMA_MISSING_MS. One thread (avro-c).
 */
#ifndef CODEC_SCHEMA_CACHE_H
#define CODEC_SCHEMA_CACHE_H

#include "avro/plan.h"
#include "core/schema_id.h"

#define CACHED_SCHEMA_MAX         1000
#define CACHED_SCHEMA_MISSING_MS  30000
#define CACHED_SCHEMA_MISSING_MAX 10000 /* more than these are all forgotten at once */

enum cached_schema_state {
    CACHED_SCHEMA_ASKED,    /* no answer yet */
    CACHED_SCHEMA_MISSING,  /* the registry knows no such id */
    CACHED_SCHEMA_UNUSABLE, /* a schema that no command can be read by: see `reason` */
    CACHED_SCHEMA_AVRO,
    CACHED_SCHEMA_JSON,
};

/** One id. Borrowed from the cache until schema_cache_trim. */
struct cached_schema {
    enum cached_schema_state state;
    struct walk_plan plan;   /* CACHED_SCHEMA_AVRO */
    struct avro_obj_t *avro; /* the same as avro-c sees it: the schema of the value itself */
    const char *reason;      /* CACHED_SCHEMA_UNUSABLE: static */
};

struct schema_cache;

struct schema_cache *schema_cache_new(void);
void schema_cache_free(struct schema_cache *schema_cache);

/**
 * Forgets what is too old or too much, and what it gave out with it: between two batches. `now_ms` is monotonic. Ids that were asked
 * for and not answered stay.
 */
void schema_cache_trim(struct schema_cache *schema_cache, int64_t now_ms);

/** What is known of `id`; NULL: nothing, it has to be asked for. */
const struct cached_schema *schema_cache_find(struct schema_cache *schema_cache, const struct schema_id *id);

/** Notes that `id` is being asked for. */
void schema_cache_asked(struct schema_cache *schema_cache, const struct schema_id *id);

/** The answer: there is none. */
void schema_cache_missing(struct schema_cache *schema_cache, const struct schema_id *id, int64_t now_ms);

/** The answer: this schema. `text` is copied as far as it is needed. */
void schema_cache_found(struct schema_cache *schema_cache, const struct schema_id *id, enum schema_type type,
                        const char *text);

/** How many ids have been asked for and not answered. */
size_t schema_cache_waiting(const struct schema_cache *schema_cache);

#endif
