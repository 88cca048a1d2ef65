/*
 * The list of fetches is the only thing that both threads see. The main thread appends to it and removes those that are
 * done. The registry's thread works alone on one that is not done, and does not touch it any more once it is. So an id
 * is in the list from its request until its answer is taken.
 *
 * There is one request at a time, because a registry is asked for a handful of ids a week. After a failure there is a
 * pause before the next request, which grows until one is answered. A fetch that fails or is not found has its own
 * pauses besides, during which the others go on.
 */
#include "registry/fetch.h"

#include "core/memory.h"
#include "runtime/clock.h"
#include "runtime/thread.h"

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* How many may wait to be taken; further requests are held back, since a schema may be large */
#define ANSWERS_MAX  64
#define PAUSE_MS     100
#define PAUSE_MAX_MS 5000
#define IDLE_MS      60000

struct registry {
    struct http http;
    int64_t retries;
    pthread_t thread;
    CURLM *multi; /* for one request; unlike curl_easy_perform it can be woken */
    struct exchange *exchange;

    pthread_mutex_t mutex; /* protects the members up to the blank line */
    pthread_cond_t has_answer;
    struct fetch *fetches; /* in the order in which they were requested */
    size_t untaken;        /* how many of them are done */
    bool closing;
    struct err last; /* ERR_NONE: the last request was answered */

    struct backoff backoff; /* used only by the thread */
    int64_t again_ms;       /* after a failure: no request before this time */
};

/* ---- The thread ---- */

static uint32_t random_number(void)
{
    uint32_t number = 0;

    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (uint32_t)clock_utc_us();
    return number;
}

static bool is_closing(struct registry *registry)
{
    pthread_mutex_lock(&registry->mutex);
    bool closing = registry->closing;
    pthread_mutex_unlock(&registry->mutex);
    return closing;
}

/* The first fetch that is due. NULL: none is for `*rest_ms`, unless a new one comes. */
static struct fetch *next_due(struct registry *registry, int *rest_ms)
{
    int64_t now = clock_ms(), rest = IDLE_MS;
    struct fetch *fetch;

    pthread_mutex_lock(&registry->mutex);
    for (fetch = registry->untaken < ANSWERS_MAX ? registry->fetches : NULL; fetch != NULL; fetch = fetch->next) {
        int64_t due = fetch->due_ms > registry->again_ms ? fetch->due_ms : registry->again_ms;
        if (fetch->done)
            continue;
        if (due <= now)
            break;
        if (due - now < rest)
            rest = due - now;
    }
    pthread_mutex_unlock(&registry->mutex);
    *rest_ms = (int)rest;
    return fetch;
}

/* False: the registry is being closed. */
static bool perform(struct registry *registry, CURLcode *code)
{
    CURL *easy = exchange_handle(registry->exchange);
    CURLMsg *message = NULL;
    int running, left;

    if (curl_multi_add_handle(registry->multi, easy) != CURLM_OK)
        abort();
    while (!is_closing(registry)) {
        curl_multi_perform(registry->multi, &running);
        message = curl_multi_info_read(registry->multi, &left);
        if (message != NULL)
            break;
        curl_multi_poll(registry->multi, NULL, 0, IDLE_MS, NULL);
    }
    if (message != NULL)
        *code = message->data.result; /* freed with the handle */
    curl_multi_remove_handle(registry->multi, easy);
    return message != NULL;
}

static void fail(struct registry *registry, struct fetch *fetch, bool pause_due, struct err *err)
{
    int64_t now = clock_ms();

    err->class = ERR_RETRY; /* a registry that refuses the request says nothing about the record */
    err->exit_code = err->exit_code == EXIT_PERMISSION ? EXIT_PERMISSION : EXIT_UNREACHABLE;
    fetch_failed(fetch, registry->http.endpoint_count, now, random_number());
    if (pause_due)
        registry->again_ms = now + backoff_next(&registry->backoff, random_number());
}

/* `err`: what registry_next reports while it has no answer. */
static void tell(struct registry *registry, struct fetch *fetch, bool done, const struct err *err)
{
    pthread_mutex_lock(&registry->mutex);
    registry->last = *err;
    fetch->done = done;
    registry->untaken += done;
    if (done)
        pthread_cond_signal(&registry->has_answer);
    pthread_mutex_unlock(&registry->mutex);
}

/* Uses an answer that is a schema, or that there is none. DONE or PENDING; FAILED for any other answer. */
MUSTUSE static enum progress use(struct registry *registry, struct fetch *fetch, enum answer answer,
                                 const struct json_t *json, struct err *err)
{
    if (answer == ANSWER_YES)
        return fetch_found(fetch, json, clock_ms(), err);
    if (answer == ANSWER_NONE)
        return fetch_missed(fetch, registry->retries, clock_ms()) ? DONE : PENDING;
    return FAILED;
}

static void finish(struct registry *registry, struct fetch *fetch, CURLcode code)
{
    struct json_t *json;
    struct err err = {0};
    bool pause_due;
    enum answer answer = exchange_end(registry->exchange, (int)code, &json, &pause_due, &err);
    enum progress progress = use(registry, fetch, answer, json, &err);

    json_decref(json);
    if (progress == FAILED) {
        if (answer == ANSWER_YES)
            err_prefix(&err, "schema registry %.300s", exchange_endpoint(registry->exchange));
        fail(registry, fetch, pause_due || answer == ANSWER_YES, &err);
    } else {
        err = (struct err){0};
        registry->again_ms = 0;
        backoff_reset(&registry->backoff);
    }
    tell(registry, fetch, progress == DONE, &err);
}

static void ask(struct registry *registry, struct fetch *fetch)
{
    struct request request = fetch_request(fetch);
    CURLcode code;

    exchange_begin(registry->exchange, &request);
    free(request.path);
    if (perform(registry, &code))
        finish(registry, fetch, code);
}

static void *fetch_all(void *opaque)
{
    struct registry *registry = opaque;
    int rest_ms;

    while (!is_closing(registry)) {
        struct fetch *fetch = next_due(registry, &rest_ms);
        if (fetch != NULL)
            ask(registry, fetch);
        else
            curl_multi_poll(registry->multi, NULL, 0, rest_ms, NULL);
    }
    return NULL;
}

/* ---- Main thread ---- */

static void set_up(struct registry *registry)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&registry->mutex, NULL);
    pthread_cond_init(&registry->has_answer, &monotonic);
    pthread_condattr_destroy(&monotonic);
    registry->multi = curl_multi_init();
    if (registry->multi == NULL)
        abort();
    registry->exchange = exchange_new(&registry->http);
    registry->backoff = (struct backoff){.base_ms = PAUSE_MS, .cap_ms = PAUSE_MAX_MS};
}

struct registry *registry_open(const struct config *config, struct err *err)
{
    struct registry *registry = memory_zeroed(1, sizeof *registry);

    if (!http_open(&registry->http, config, err)) {
        free(registry);
        return NULL;
    }
    registry->retries = config->schema_registry_retries;
    set_up(registry);
    registry->thread = thread_start(fetch_all, registry);
    return registry;
}

static void end_thread(struct registry *registry)
{
    pthread_mutex_lock(&registry->mutex);
    registry->closing = true;
    pthread_mutex_unlock(&registry->mutex);
    curl_multi_wakeup(registry->multi);
    pthread_join(registry->thread, NULL);
}

static void free_fetches(struct fetch *fetch)
{
    while (fetch != NULL) {
        struct fetch *next = fetch->next;
        fetch_free(fetch);
        fetch = next;
    }
}

void registry_close(struct registry *registry)
{
    if (registry == NULL)
        return;
    end_thread(registry);
    exchange_free(registry->exchange);
    curl_multi_cleanup(registry->multi);
    free_fetches(registry->fetches);
    pthread_cond_destroy(&registry->has_answer);
    pthread_mutex_destroy(&registry->mutex);
    http_close(&registry->http);
    free(registry);
}

void registry_ask(struct registry *registry, const struct schema_id *id)
{
    pthread_mutex_lock(&registry->mutex);
    struct fetch **end = &registry->fetches;
    while (*end != NULL && !schema_id_equal(&(*end)->answer.id, id))
        end = &(*end)->next;
    if (*end == NULL) {
        *end = fetch_new(id);
        registry->untaken += (*end)->done;
    }
    pthread_mutex_unlock(&registry->mutex);
    curl_multi_wakeup(registry->multi);
}

/* Removes the first fetch that is done, for the caller; NULL: none is. The mutex must be held. */
static struct fetch *take_done(struct registry *registry)
{
    struct fetch **place = &registry->fetches;

    while (*place != NULL && !(*place)->done)
        place = &(*place)->next;
    struct fetch *fetch = *place;
    if (fetch != NULL) {
        *place = fetch->next;
        registry->untaken--;
    }
    return fetch;
}

/* The next answer; NULL: none, and `err` says what went wrong. */
static struct fetch *next_answer(struct registry *registry, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;
    struct timespec deadline = {until / 1000, until % 1000 * 1000000};
    int waited = 0;

    pthread_mutex_lock(&registry->mutex);
    while (registry->untaken == 0 && waited == 0)
        waited = pthread_cond_timedwait(&registry->has_answer, &registry->mutex, &deadline);
    bool was_full = registry->untaken >= ANSWERS_MAX;
    struct fetch *fetch = take_done(registry);
    *err = registry->last;
    pthread_mutex_unlock(&registry->mutex);
    if (was_full)
        curl_multi_wakeup(registry->multi);
    return fetch;
}

enum progress registry_next(struct registry *registry, int timeout_ms, struct registry_answer *answer, struct err *err)
{
    struct fetch *fetch = next_answer(registry, timeout_ms, err);

    if (fetch == NULL)
        return PENDING;
    *answer = fetch->answer;
    fetch->answer.text = NULL;
    fetch_free(fetch);
    return DONE;
}
