#include "codec/schema_cache.h"

#include "codec/command_avro.h"
#include "core/memory.h"

#include <avro.h>
#include <stdlib.h>

#define BUCKETS 1024

struct entry {
    struct schema_id id;
    struct cached_schema schema;
    int64_t said_ms; /* CACHED_SCHEMA_MISSING */
    uint64_t used;   /* the turn in which it was last used */
    avro_schema_t avro;
    struct arena arena; /* the plan's memory */
    struct entry *next; /* the next one in its bucket */
};

struct schema_cache {
    uint64_t turn; /* counts schema_cache_trim */
    struct entry *buckets[BUCKETS];
    size_t waiting;
    size_t missing;
    size_t kept; /* entries with a schema, usable or not */
};

/*
 * FNV-1a. Ids that are made to collide can only lengthen chains of ids that the registry does not know, and
 * schema_cache_trim shortens these.
 */
static size_t bucket_of(const struct schema_id *id)
{
    uint32_t hash = 2166136261U ^ (uint32_t)id->number;

    for (size_t i = 0; i < sizeof id->guid.b; i++)
        hash = (hash ^ id->guid.b[i]) * 16777619U;
    return (hash ^ hash >> 16) % BUCKETS;
}

static struct entry *find(const struct schema_cache *schema_cache, const struct schema_id *id)
{
    struct entry *entry = schema_cache->buckets[bucket_of(id)];

    while (entry != NULL && !schema_id_equal(&entry->id, id))
        entry = entry->next;
    return entry;
}

static size_t *count_of(struct schema_cache *schema_cache, enum cached_schema_state state)
{
    switch (state) {
    case CACHED_SCHEMA_ASKED: return &schema_cache->waiting;
    case CACHED_SCHEMA_MISSING: return &schema_cache->missing;
    default: return &schema_cache->kept;
    }
}

static void set_state(struct schema_cache *schema_cache, struct entry *entry, enum cached_schema_state state)
{
    --*count_of(schema_cache, entry->schema.state);
    entry->schema.state = state;
    ++*count_of(schema_cache, state);
}

static void entry_free(struct entry *entry)
{
    if (entry->avro != NULL)
        avro_schema_decref(entry->avro);
    arena_free(&entry->arena);
    free(entry);
}

struct schema_cache *schema_cache_new(void)
{
    struct schema_cache *schema_cache = memory_zeroed(1, sizeof *schema_cache);

    return schema_cache;
}

void schema_cache_free(struct schema_cache *schema_cache)
{
    if (schema_cache == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *next, *entry = schema_cache->buckets[i]; entry != NULL; entry = next) {
            next = entry->next;
            entry_free(entry);
        }
    }
    free(schema_cache);
}

/* ---- Forgetting ---- */

/* True for a missing id answered before `said_ms`, and for a kept one last used before `used`. */
static bool is_over(const struct entry *entry, int64_t said_ms, uint64_t used)
{
    switch (entry->schema.state) {
    case CACHED_SCHEMA_ASKED: return false;
    case CACHED_SCHEMA_MISSING: return entry->said_ms < said_ms;
    default: return entry->used < used;
    }
}

static void forget(struct schema_cache *schema_cache, int64_t said_ms, uint64_t used)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &schema_cache->buckets[i];
        while (*at != NULL) {
            struct entry *entry = *at;
            if (!is_over(entry, said_ms, used)) {
                at = &entry->next;
                continue;
            }
            --*count_of(schema_cache, entry->schema.state);
            *at = entry->next;
            entry_free(entry);
        }
    }
}

static uint64_t least_used(const struct schema_cache *schema_cache)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct entry *entry = schema_cache->buckets[i]; entry != NULL; entry = entry->next)
            if (entry->schema.state > CACHED_SCHEMA_MISSING && entry->used < least)
                least = entry->used;
    return least;
}

void schema_cache_trim(struct schema_cache *schema_cache, int64_t now_ms)
{
    schema_cache->turn++;
    if (schema_cache->missing > 0)
        forget(schema_cache,
               schema_cache->missing > CACHED_SCHEMA_MISSING_MAX ? INT64_MAX : now_ms - CACHED_SCHEMA_MISSING_MS, 0);
    while (schema_cache->kept > CACHED_SCHEMA_MAX)
        forget(schema_cache, INT64_MIN, least_used(schema_cache) + 1);
}

/* ---- Asking and answers ---- */

const struct cached_schema *schema_cache_find(struct schema_cache *schema_cache, const struct schema_id *id)
{
    struct entry *entry = find(schema_cache, id);

    if (entry == NULL)
        return NULL;
    entry->used = schema_cache->turn;
    return &entry->schema;
}

static struct entry *find_or_add(struct schema_cache *schema_cache, const struct schema_id *id)
{
    struct entry *entry = find(schema_cache, id);
    struct entry **bucket = &schema_cache->buckets[bucket_of(id)];

    if (entry != NULL)
        return entry;
    entry = memory_zeroed(1, sizeof *entry);
    entry->id = *id;
    entry->schema.state = CACHED_SCHEMA_ASKED;
    entry->used = schema_cache->turn;
    entry->next = *bucket;
    *bucket = entry;
    schema_cache->waiting++;
    return entry;
}

void schema_cache_asked(struct schema_cache *schema_cache, const struct schema_id *id)
{
    (void)find_or_add(schema_cache, id);
}

void schema_cache_missing(struct schema_cache *schema_cache, const struct schema_id *id, int64_t now_ms)
{
    struct entry *entry = find_or_add(schema_cache, id);

    entry->said_ms = now_ms;
    set_state(schema_cache, entry, CACHED_SCHEMA_MISSING);
}

/* What avro-c says about a schema that it refuses stays in one buffer of the process, so it is taken out. */
static bool read_avro(struct entry *entry, const char *text)
{
    if (avro_schema_from_json_length(text, strlen(text), &entry->avro) != 0) {
        entry->avro = NULL;
        avro_set_error("%s", "");
        entry->schema.reason = "its registered schema is no Avro schema";
        return false;
    }
    bool referring = avro_typeof(entry->avro) == AVRO_UNION;
    entry->schema.avro =
        referring ? avro_schema_union_branch(entry->avro, (int)avro_schema_union_size(entry->avro) - 1) : entry->avro;
    return command_avro_plan(entry->avro, PLAN_TOP_LAST, &entry->arena, &entry->schema.plan, &entry->schema.reason);
}

void schema_cache_found(struct schema_cache *schema_cache, const struct schema_id *id, enum schema_type type,
                        const char *text)
{
    struct entry *entry = find_or_add(schema_cache, id);
    enum cached_schema_state state = CACHED_SCHEMA_UNUSABLE;

    switch (type) {
    case SCHEMA_JSON: state = CACHED_SCHEMA_JSON; break;
    case SCHEMA_AVRO: state = read_avro(entry, text) ? CACHED_SCHEMA_AVRO : CACHED_SCHEMA_UNUSABLE; break;
    case SCHEMA_OTHER: entry->schema.reason = "its registered schema is neither Avro nor JSON Schema"; break;
    }
    set_state(schema_cache, entry, state);
}

size_t schema_cache_waiting(const struct schema_cache *schema_cache)
{
    return schema_cache->waiting;
}
