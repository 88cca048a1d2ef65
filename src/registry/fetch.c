#include "registry/fetch.h"

#include "core/memory.h"
#include "runtime/log.h"
#include "core/text.h"

#include <stdlib.h>

/* If a registry is behind its producers, then by the time of a few Kafka messages. */
#define MISS_MS 100  /* doubled each time */
#define WAIT_MS 5000 /* at most, after "not found" and after a failure */

struct fetch *fetch_new(const struct schema_id *id)
{
    struct fetch *fetch = memory_zeroed(1, sizeof *fetch);

    fetch->answer.id = *id;
    fetch->done = !id->is_guid && id->number <= 0;
    fetch->backoff = (struct backoff){.base_ms = MISS_MS, .cap_ms = WAIT_MS};
    return fetch;
}

static void forget_resolve(struct fetch *fetch)
{
    if (fetch->resolve != NULL)
        resolve_free(fetch->resolve);
    free(fetch->resolve);
    fetch->resolve = NULL;
}

void fetch_free(struct fetch *fetch)
{
    forget_resolve(fetch);
    free(fetch->answer.text);
    free(fetch);
}

/* A reference keeps its meaning when its version is deleted, as long as the registry keeps the schema. */
static char *path_of_reference(const struct reference *reference)
{
    char *subject = path_segment(reference->subject);
    char *path = text_printf("/subjects/%s/versions/%d?deleted=true", subject, reference->version);

    free(subject);
    return path;
}

struct request fetch_request(const struct fetch *fetch)
{
    const struct schema_id *id = &fetch->answer.id;
    struct request request = {.method = "GET", .expected = {.member = "schema"}};
    char text[SCHEMA_ID_TEXT];

    schema_id_text(id, text);
    request.expected.bare_404 = id->is_guid && fetch->resolve == NULL;
    request.path = fetch->resolve != NULL ? path_of_reference(fetch->wanted)
                                          : text_printf("/schemas/%s/%s", id->is_guid ? "guids" : "ids", text);
    return request;
}

/* ---- Answers ---- */

/* References that cannot be put together are as unusable as an unknown type of schema. */
static bool refuse_references(struct fetch *fetch)
{
    char id[SCHEMA_ID_TEXT];

    schema_id_text(&fetch->answer.id, id);
    log_warning(E_REGISTRY_REFERENCES,
                "schema %s cannot be read: its references go in a circle, deeper than %d, or are more than %d", id,
                RESOLVE_DEPTH, RESOLVE_MAX);
    fetch->answer.type = SCHEMA_OTHER;
    fetch->answer.text = text_copy("");
    return true;
}

static bool go_on(struct fetch *fetch)
{
    switch (resolve_next(fetch->resolve, &fetch->wanted)) {
    case RESOLVE_WANTED: return false;
    case RESOLVE_IMPOSSIBLE: return refuse_references(fetch);
    case RESOLVE_COMPLETE: break;
    }
    fetch->answer.text = resolve_text(fetch->resolve);
    return true;
}

enum progress fetch_found(struct fetch *fetch, const struct json_t *json, int64_t now_ms, struct err *err)
{
    struct schema_answer schema;

    if (!answer_schema(json, &schema, err))
        return FAILED;
    fetch->misses = fetch->failures = 0;
    fetch->due_ms = now_ms;
    backoff_reset(&fetch->backoff);
    if (fetch->resolve == NULL) {
        fetch->answer.type = schema.type;
        fetch->resolve = memory_zeroed(1, sizeof *fetch->resolve);
        resolve_begin(fetch->resolve, &schema);
    } else {
        resolve_add(fetch->resolve, &schema);
    }
    fetch->answer.found = go_on(fetch);
    if (!fetch->answer.found)
        return PENDING;
    forget_resolve(fetch);
    return DONE;
}

bool fetch_missed(struct fetch *fetch, int64_t retries, int64_t now_ms)
{
    if (fetch->misses >= retries)
        return true;
    int64_t wait_ms = (int64_t)MISS_MS << (fetch->misses < 10 ? fetch->misses : 10);
    fetch->misses++;
    fetch->due_ms = now_ms + (wait_ms < WAIT_MS ? wait_ms : WAIT_MS);
    return false;
}

void fetch_failed(struct fetch *fetch, size_t endpoints, int64_t now_ms, uint32_t random)
{
    fetch->failures++;
    fetch->due_ms = now_ms;
    if (fetch->failures % endpoints == 0)
        fetch->due_ms += backoff_next(&fetch->backoff, random);
}
