/**
 * What a schema registry has said about the ids in records: a bounded cache of schemas ready to decode with.
 *
 * A schema that was found is kept: an id never comes to mean another one. Beyond REGISTERED_MAX the one used least recently goes.
 * That an id has no schema is believed for REGISTERED_MISSING_MS. One thread (avro-c).
 */
#ifndef CODEC_REGISTERED_H
#define CODEC_REGISTERED_H

#include "avro/avro_plan.h"
#include "core/schema_id.h"

#define REGISTERED_MAX         1000
#define REGISTERED_MISSING_MS  30000
#define REGISTERED_MISSING_MAX 10000 /* more than these are all forgotten at once */

enum registered_state {
    REGISTERED_ASKED,    /* no answer yet */
    REGISTERED_MISSING,  /* the registry knows no such id */
    REGISTERED_UNUSABLE, /* a schema that no command can be read by: see `reason` */
    REGISTERED_AVRO,
    REGISTERED_JSON,
};

/** One id. Borrowed from the cache until registered_trim. */
struct registered_schema {
    enum registered_state state;
    struct avro_plan plan;   /* REGISTERED_AVRO */
    struct avro_obj_t *avro; /* the same as avro-c sees it: the schema of the value itself */
    const char *reason;      /* REGISTERED_UNUSABLE: static */
};

struct registered;

struct registered *registered_new(void);
void registered_free(struct registered *registered);

/**
 * Forgets what is too old or too much, and what it gave out with it: between two batches. `now_ms` is monotonic. Ids that were asked
 * for and not answered stay.
 */
void registered_trim(struct registered *registered, int64_t now_ms);

/** What is known of `id`; NULL: nothing, it has to be asked for. */
const struct registered_schema *registered_find(struct registered *registered, const struct schema_id *id);

/** Notes that `id` is being asked for. */
void registered_asked(struct registered *registered, const struct schema_id *id);

/** The answer: there is none. */
void registered_missing(struct registered *registered, const struct schema_id *id, int64_t now_ms);

/** The answer: this schema. `text` is copied as far as it is needed. */
void registered_found(struct registered *registered, const struct schema_id *id, enum schema_type type,
                      const char *text);

/** How many ids have been asked for and not answered. */
size_t registered_waiting(const struct registered *registered);

#endif
