#include "codec/registered.h"

#include <avro.h>
#include <stdlib.h>

#define BUCKETS 1024

struct entry {
    struct schema_id id;
    struct registered_schema schema;
    int64_t said_ms; /* REGISTERED_MISSING */
    uint64_t used;   /* in which turn last */
    avro_schema_t avro;
    struct arena arena; /* the plan's */
    struct entry *next; /* in its bucket */
};

struct registered {
    uint64_t turn; /* counts registered_trim */
    struct entry *buckets[BUCKETS];
    size_t waiting;
    size_t missing;
    size_t kept; /* with a schema, usable or not */
};

/* FNV-1a. Who sends ids that collide makes long chains of ids that the registry does not know, and trim shortens them. */
static size_t bucket_of(const struct schema_id *id)
{
    uint32_t hash = 2166136261U ^ (uint32_t)id->number;

    for (size_t i = 0; i < sizeof id->guid.b; i++)
        hash = (hash ^ id->guid.b[i]) * 16777619U;
    return (hash ^ hash >> 16) % BUCKETS;
}

static struct entry *find(const struct registered *registered, const struct schema_id *id)
{
    struct entry *entry = registered->buckets[bucket_of(id)];

    while (entry != NULL && !schema_id_equal(&entry->id, id))
        entry = entry->next;
    return entry;
}

static size_t *count_of(struct registered *registered, enum registered_state state)
{
    switch (state) {
    case REGISTERED_ASKED: return &registered->waiting;
    case REGISTERED_MISSING: return &registered->missing;
    default: return &registered->kept;
    }
}

static void set_state(struct registered *registered, struct entry *entry, enum registered_state state)
{
    --*count_of(registered, entry->schema.state);
    entry->schema.state = state;
    ++*count_of(registered, state);
}

static void entry_free(struct entry *entry)
{
    if (entry->avro != NULL)
        avro_schema_decref(entry->avro);
    arena_free(&entry->arena);
    free(entry);
}

struct registered *registered_new(void)
{
    struct registered *registered = calloc(1, sizeof *registered);

    if (registered == NULL)
        abort();
    return registered;
}

void registered_free(struct registered *registered)
{
    if (registered == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *next, *entry = registered->buckets[i]; entry != NULL; entry = next) {
            next = entry->next;
            entry_free(entry);
        }
    }
    free(registered);
}

/* ---- Forgetting ---- */

/* Missing ones said before `said_ms`, and kept ones that were last used before `used`. */
static bool is_over(const struct entry *entry, int64_t said_ms, uint64_t used)
{
    switch (entry->schema.state) {
    case REGISTERED_ASKED: return false;
    case REGISTERED_MISSING: return entry->said_ms < said_ms;
    default: return entry->used < used;
    }
}

static void forget(struct registered *registered, int64_t said_ms, uint64_t used)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry **at = &registered->buckets[i];
        while (*at != NULL) {
            struct entry *entry = *at;
            if (!is_over(entry, said_ms, used)) {
                at = &entry->next;
                continue;
            }
            --*count_of(registered, entry->schema.state);
            *at = entry->next;
            entry_free(entry);
        }
    }
}

static uint64_t least_used(const struct registered *registered)
{
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct entry *entry = registered->buckets[i]; entry != NULL; entry = entry->next)
            if (entry->schema.state > REGISTERED_MISSING && entry->used < least)
                least = entry->used;
    return least;
}

void registered_trim(struct registered *registered, int64_t now_ms)
{
    registered->turn++;
    if (registered->missing > 0)
        forget(registered, registered->missing > REGISTERED_MISSING_MAX ? INT64_MAX : now_ms - REGISTERED_MISSING_MS,
               0);
    while (registered->kept > REGISTERED_MAX)
        forget(registered, INT64_MIN, least_used(registered) + 1);
}

/* ---- Asking and answers ---- */

const struct registered_schema *registered_find(struct registered *registered, const struct schema_id *id)
{
    struct entry *entry = find(registered, id);

    if (entry == NULL)
        return NULL;
    entry->used = registered->turn;
    return &entry->schema;
}

static struct entry *find_or_add(struct registered *registered, const struct schema_id *id)
{
    struct entry *entry = find(registered, id);
    struct entry **bucket = &registered->buckets[bucket_of(id)];

    if (entry != NULL)
        return entry;
    entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        abort();
    entry->id = *id;
    entry->schema.state = REGISTERED_ASKED;
    entry->used = registered->turn;
    entry->next = *bucket;
    *bucket = entry;
    registered->waiting++;
    return entry;
}

void registered_asked(struct registered *registered, const struct schema_id *id)
{
    (void)find_or_add(registered, id);
}

void registered_missing(struct registered *registered, const struct schema_id *id, int64_t now_ms)
{
    struct entry *entry = find_or_add(registered, id);

    entry->said_ms = now_ms;
    set_state(registered, entry, REGISTERED_MISSING);
}

/* What avro-c says about a schema that it refuses stays in one buffer for the process: take it out. */
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
    return avro_plan_make(entry->avro, AVRO_TOP_LAST, &entry->arena, &entry->schema.plan, &entry->schema.reason);
}

void registered_found(struct registered *registered, const struct schema_id *id, enum schema_type type,
                      const char *text)
{
    struct entry *entry = find_or_add(registered, id);
    enum registered_state state = REGISTERED_UNUSABLE;

    switch (type) {
    case SCHEMA_JSON: state = REGISTERED_JSON; break;
    case SCHEMA_AVRO: state = read_avro(entry, text) ? REGISTERED_AVRO : REGISTERED_UNUSABLE; break;
    case SCHEMA_OTHER: entry->schema.reason = "its registered schema is neither Avro nor JSON Schema"; break;
    }
    set_state(registered, entry, state);
}

size_t registered_waiting(const struct registered *registered)
{
    return registered->waiting;
}
