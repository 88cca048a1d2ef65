/**
 * What a schema registry has said about the ids in records: a bounded cache of schemas that are ready to decode with.
 *
 * A schema that was found is kept, since an id never changes its meaning. Beyond CACHED_SCHEMA_MAX the least recently
 * used one is dropped. The answer that an id has no schema is believed for CACHED_SCHEMA_MISSING_MS. One thread
 * (avro-c).
 */
#ifndef CODEC_SCHEMA_CACHE_H
#define CODEC_SCHEMA_CACHE_H

#include "avro/plan.h"
#include "core/schema_id.h"

#define CACHED_SCHEMA_MAX         1000
#define CACHED_SCHEMA_MISSING_MS  30000
#define CACHED_SCHEMA_MISSING_MAX 10000 /* when there are more, all are forgotten at once */

enum cached_schema_state {
    CACHED_SCHEMA_ASKED,    /* no answer yet */
    CACHED_SCHEMA_MISSING,  /* the registry does not know the id */
    CACHED_SCHEMA_UNUSABLE, /* commands cannot be read by this schema; `reason` says why */
    CACHED_SCHEMA_AVRO,
    CACHED_SCHEMA_JSON,
};

/** One id. Borrowed from the cache until schema_cache_trim. */
struct cached_schema {
    enum cached_schema_state state;
    struct walk_plan plan;   /* only with CACHED_SCHEMA_AVRO */
    struct avro_obj_t *avro; /* the schema of the value itself, for avro-c */
    const char *reason;      /* only with CACHED_SCHEMA_UNUSABLE; static */
};

struct schema_cache;

struct schema_cache *schema_cache_new(void);
void schema_cache_free(struct schema_cache *schema_cache);

/**
 * Drops what is too old or too much, together with everything that was borrowed from it; call it between two batches.
 * `now_ms` is monotonic. Ids that were asked for and not answered stay.
 */
void schema_cache_trim(struct schema_cache *schema_cache, int64_t now_ms);

/** What is known of `id`; NULL when nothing is known and it has to be asked for. */
const struct cached_schema *schema_cache_find(struct schema_cache *schema_cache, const struct schema_id *id);

/** Notes that `id` is being asked for. */
void schema_cache_asked(struct schema_cache *schema_cache, const struct schema_id *id);

/** Notes the answer that `id` has no schema. */
void schema_cache_missing(struct schema_cache *schema_cache, const struct schema_id *id, int64_t now_ms);

/** Notes the answer that `id` has this schema. What is needed of `text` is copied. */
void schema_cache_found(struct schema_cache *schema_cache, const struct schema_id *id, enum schema_type type,
                        const char *text);

/** How many ids were asked for and not answered yet. */
size_t schema_cache_waiting(const struct schema_cache *schema_cache);

#endif
