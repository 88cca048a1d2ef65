/*
 * Who owns a fetch: the main thread makes it and puts it into `asked`; the registry's thread takes it and works on it alone;
 * through `answered` it comes back. `known` belongs to the main thread: every id from its being asked to its answer's being taken.
 *
 * A registry that fails is left in peace: after a failure one request at a time is made, with growing pauses, until one is
 * answered. A fetch that fails has pauses of its own besides, so that one that fails alone does not hold up the others.
 */
#include "registry/fetch_queue.h"

#include "runtime/clock.h"

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define AT_ONCE      8  /* requests */
#define ANSWERS_MAX  64 /* waiting to be taken; more are not asked for meanwhile, since a schema may be large */
#define PAUSE_MS     100
#define PAUSE_MAX_MS 5000
#define IDLE_MS      60000

struct registry {
    struct http http;
    int64_t retries;
    pthread_t thread;
    CURLM *multi;

    void *known; /* the main thread's: tree of struct schema_id, each the first member of its fetch's answer */

    pthread_mutex_t mutex; /* over what follows, to the blank line */
    pthread_cond_t has_answer;
    struct fetch_queue asked;
    struct fetch_queue answered;
    bool closing;
    struct err last; /* ERR_NONE: the last request was answered */

    struct fetch_queue ready;   /* the thread's: to be asked now */
    struct fetch_queue delayed; /* to be asked when due */
    struct exchange *slots[AT_ONCE];
    bool busy[AT_ONCE];
    size_t under_way;
    size_t untaken; /* answers, as last seen */
    bool failing;   /* the last request failed */
    struct backoff backoff;
    int64_t again_ms; /* when failing: not before */
};

/* ---- The thread: answers ---- */

static uint32_t random_number(void)
{
    uint32_t number = 0;

    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (uint32_t)clock_utc_us();
    return number;
}

static void deliver(struct registry *registry, struct fetch *fetch)
{
    pthread_mutex_lock(&registry->mutex);
    fetch_queue_put(&registry->answered, fetch);
    registry->untaken = registry->answered.count;
    pthread_cond_signal(&registry->has_answer);
    pthread_mutex_unlock(&registry->mutex);
}

/* What registry_next says when it has no answer. */
static void tell(struct registry *registry, const struct err *err)
{
    pthread_mutex_lock(&registry->mutex);
    registry->last = *err;
    pthread_mutex_unlock(&registry->mutex);
}

static void go_on_with(struct registry *registry, struct fetch *fetch, bool done, int64_t now_ms)
{
    if (done)
        deliver(registry, fetch);
    else
        fetch_queue_put(fetch->due_ms <= now_ms ? &registry->ready : &registry->delayed, fetch);
}

static void fail(struct registry *registry, struct fetch *fetch, bool pause_due, const struct err *err)
{
    int64_t now = clock_ms();

    tell(registry, err);
    fetch_failed(fetch, registry->http.endpoint_count, now, random_number());
    go_on_with(registry, fetch, false, now);
    /* Requests that were under way together fail together: one pause. */
    if (pause_due && registry->again_ms <= now)
        registry->again_ms = now + backoff_next(&registry->backoff, random_number());
    registry->failing = true;
}

static void succeed(struct registry *registry)
{
    registry->failing = false;
    registry->again_ms = 0;
    backoff_reset(&registry->backoff);
    tell(registry, &(struct err){0});
}

static void finish(struct registry *registry, struct exchange *exchange, CURLcode code)
{
    struct fetch *fetch = exchange_owner(exchange);
    struct json_t *json;
    struct err err = {0};
    bool pause_due;
    int64_t now = clock_ms();
    enum answer answer = exchange_end(exchange, (int)code, &json, &pause_due, &err);

    if (answer == ANSWER_YES || answer == ANSWER_NONE)
        succeed(registry);
    if (answer == ANSWER_NONE) {
        go_on_with(registry, fetch, fetch_missed(fetch, registry->retries, now), now);
    } else if (answer == ANSWER_YES) {
        bool done = fetch_found(fetch, json, now, &err);
        if (err.class == ERR_NONE)
            go_on_with(registry, fetch, done, now);
        else {
            err_prefix(&err, "schema registry %.300s", exchange_endpoint(exchange));
            fail(registry, fetch, true, &err);
        }
    } else {
        err.class = ERR_RETRY; /* a registry that refuses to be asked says nothing about the record */
        err.exit_code = err.exit_code == EXIT_PERMISSION ? EXIT_PERMISSION : EXIT_UNREACHABLE;
        fail(registry, fetch, pause_due, &err);
    }
    json_decref(json);
}

static void finish_requests(struct registry *registry)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(registry->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; /* gone with the handle */
        struct exchange *exchange = exchange_of(easy);

        curl_multi_remove_handle(registry->multi, easy);
        for (size_t i = 0; i < AT_ONCE; i++)
            if (registry->slots[i] == exchange)
                registry->busy[i] = false;
        registry->under_way--;
        finish(registry, exchange, code);
    }
}

/* ---- The thread: requests ---- */

static bool may_start(const struct registry *registry, int64_t now_ms)
{
    return registry->ready.first != NULL && registry->untaken < ANSWERS_MAX && registry->under_way < AT_ONCE &&
           (!registry->failing || (registry->under_way == 0 && registry->again_ms <= now_ms));
}

static void start(struct registry *registry, struct fetch *fetch)
{
    struct request request = fetch_request(fetch);
    size_t slot = 0;

    while (registry->busy[slot])
        slot++;
    if (registry->slots[slot] == NULL)
        registry->slots[slot] = exchange_new(&registry->http);
    exchange_begin(registry->slots[slot], &request, fetch);
    free(request.path);
    if (curl_multi_add_handle(registry->multi, exchange_handle(registry->slots[slot])) != CURLM_OK)
        abort();
    registry->busy[slot] = true;
    registry->under_way++;
}

static void wake_rested(struct registry *registry, int64_t now_ms)
{
    struct fetch_queue delayed = registry->delayed;

    registry->delayed = (struct fetch_queue){0};
    for (struct fetch *fetch; (fetch = fetch_queue_take(&delayed)) != NULL;)
        go_on_with(registry, fetch, false, now_ms);
}

/* False: the registry is being closed. */
static bool take_asked(struct registry *registry)
{
    struct fetch *fetch;

    pthread_mutex_lock(&registry->mutex);
    bool closing = registry->closing;
    struct fetch_queue asked = registry->asked;
    registry->asked = (struct fetch_queue){0};
    registry->untaken = registry->answered.count;
    pthread_mutex_unlock(&registry->mutex);

    while ((fetch = fetch_queue_take(&asked)) != NULL)
        go_on_with(registry, fetch, fetch_is_vain(fetch), 0);
    return !closing;
}

/* How long there is nothing to do unless something comes in. */
static int rest_ms(const struct registry *registry, int64_t now_ms)
{
    int64_t rest = IDLE_MS;

    if (may_start(registry, now_ms))
        return 0;
    if (registry->failing && registry->ready.first != NULL && registry->again_ms > now_ms)
        rest = registry->again_ms - now_ms;
    for (const struct fetch *fetch = registry->delayed.first; fetch != NULL; fetch = fetch->next)
        if (fetch->due_ms - now_ms < rest)
            rest = fetch->due_ms - now_ms;
    return rest > 0 ? (int)rest : 0;
}

static void *fetch_all(void *opaque)
{
    struct registry *registry = opaque;
    int running;

    while (take_asked(registry)) {
        wake_rested(registry, clock_ms());
        while (may_start(registry, clock_ms()))
            start(registry, fetch_queue_take(&registry->ready));
        curl_multi_perform(registry->multi, &running);
        finish_requests(registry);
        curl_multi_poll(registry->multi, NULL, 0, rest_ms(registry, clock_ms()), NULL);
    }
    return NULL;
}

/* ---- Main thread ---- */

static int compare(const void *left, const void *right)
{
    const struct schema_id *a = left;
    const struct schema_id *b = right;

    if (a->is_guid != b->is_guid)
        return a->is_guid - b->is_guid;
    return a->number != b->number ? (a->number > b->number) - (a->number < b->number)
                                  : uuid_compare(&a->guid, &b->guid);
}

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
    registry->backoff = (struct backoff){.base_ms = PAUSE_MS, .cap_ms = PAUSE_MAX_MS};
}

static void start_thread(struct registry *registry)
{
    sigset_t all, before;

    /* Signals are for the loop's thread, whose waits they end. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&registry->thread, NULL, fetch_all, registry);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        abort();
}

struct registry *registry_open(const struct config *config, struct err *err)
{
    struct registry *registry = calloc(1, sizeof *registry);

    if (registry == NULL)
        abort();
    if (!http_open(&registry->http, config, err)) {
        free(registry);
        return NULL;
    }
    registry->retries = config->schema_registry_retries;
    set_up(registry);
    start_thread(registry);
    return registry;
}

static void leave_alone(void *id)
{
    (void)id; /* its fetch is freed from its queue */
}

static void end_thread(struct registry *registry)
{
    pthread_mutex_lock(&registry->mutex);
    registry->closing = true;
    pthread_mutex_unlock(&registry->mutex);
    curl_multi_wakeup(registry->multi);
    pthread_join(registry->thread, NULL);
}

void registry_close(struct registry *registry)
{
    if (registry == NULL)
        return;
    end_thread(registry);
    for (size_t i = 0; i < AT_ONCE; i++) {
        if (registry->busy[i]) {
            curl_multi_remove_handle(registry->multi, exchange_handle(registry->slots[i]));
            fetch_free(exchange_owner(registry->slots[i]));
        }
        exchange_free(registry->slots[i]);
    }
    curl_multi_cleanup(registry->multi);
    tdestroy(registry->known, leave_alone);
    fetch_queue_free(&registry->asked);
    fetch_queue_free(&registry->ready);
    fetch_queue_free(&registry->delayed);
    fetch_queue_free(&registry->answered);
    pthread_cond_destroy(&registry->has_answer);
    pthread_mutex_destroy(&registry->mutex);
    http_close(&registry->http);
    free(registry);
}

void registry_ask(struct registry *registry, const struct schema_id *id)
{
    if (tfind(id, &registry->known, compare) != NULL)
        return;
    struct fetch *fetch = fetch_new(id);
    if (tsearch(&fetch->answer.id, &registry->known, compare) == NULL)
        abort();
    pthread_mutex_lock(&registry->mutex);
    fetch_queue_put(&registry->asked, fetch);
    pthread_mutex_unlock(&registry->mutex);
    curl_multi_wakeup(registry->multi);
}

/* The next answer, or NULL and what went wrong. */
static struct fetch *next_answer(struct registry *registry, int timeout_ms, struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;
    struct timespec deadline = {until / 1000, until % 1000 * 1000000};
    int waited = 0;

    pthread_mutex_lock(&registry->mutex);
    while (registry->answered.first == NULL && waited == 0)
        waited = pthread_cond_timedwait(&registry->has_answer, &registry->mutex, &deadline);
    struct fetch *fetch = fetch_queue_take(&registry->answered);
    bool was_full = fetch != NULL && registry->answered.count == ANSWERS_MAX - 1;
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
    tdelete(&fetch->answer.id, &registry->known, compare);
    *answer = fetch->answer;
    fetch->answer.text = NULL;
    fetch_free(fetch);
    return DONE;
}
