#include "worker/monitor.h"

#include "core/state.h"
#include "core/status.h"
#include "kafka/lag_probe.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/notify.h"
#include "runtime/stop.h"
#include "runtime/thread.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TICK_MS    200
#define PROBE_MS   1000
#define BROKERS_MS 10000 /* between two requests for the list of brokers */
#define ANSWER_MS  400   /* for one request; a broker that takes longer is asked again */
#define NOTIFY_MS  2000  /* the shortest interval while only the sentence changes */

struct monitor {
    const struct config *config;
    struct lag_probe *probe;
    void (*reload)(void *opaque);
    void *opaque;
    pthread_t thread;
    int wake; /* an eventfd that tells the thread to end */

    struct snapshot snapshot;   /* the last copy */
    struct lag_window *windows; /* one for each partition of ours, in the snapshot's order; owned */
    uint64_t epoch;             /* the epoch of the windows */
    size_t count;
    int failures; /* consecutive failures of the probe */
    int64_t probed_ms;
    int64_t brokers_ms; /* when the brokers were last counted; 0: not since they answer again */
    int brokers;        /* how many there were */

    struct counters counters; /* as they were at the last point of the history */
    int64_t recorded_ms;

    bool spoken;
    enum state state; /* the state that was logged last */
    char sentence[STATE_SENTENCE];
    int64_t notified_ms;
};

/* ---- Lag --------------------------------------------------------------------------------------------------------- */

/* No series and no window outlives the assignment of its partition. */
static void renew_windows(struct monitor *m)
{
    size_t count = snapshot_listed(&m->snapshot);

    if (m->epoch == m->snapshot.epoch && m->count == count)
        return;
    free(m->windows);
    m->windows = calloc(count + 1, sizeof *m->windows);
    if (m->windows == NULL)
        abort();
    m->epoch = m->snapshot.epoch;
    m->count = count;
}

/* A partition that the group never committed begins at its oldest record. */
static bool find_beginnings(struct monitor *m, const int32_t partitions[], int64_t offsets[], struct err *err)
{
    bool unknown = false;

    for (size_t i = 0; i < m->count; i++)
        unknown = unknown || m->snapshot.partitions[i].position < 0;
    if (!unknown)
        return true;
    if (!lag_probe_ask(m->probe, partitions, m->count, LAG_PROBE_BEGINNING, ANSWER_MS, offsets, err))
        return false;
    for (size_t i = 0; i < m->count; i++)
        if (offsets[i] >= 0)
            status_beginning(partitions[i], offsets[i]);
    return true;
}

/*
 * The end is what the last fetch told, or the stable end if that is newer, since a consumer that is held back does not
 * fetch.
 */
static void measured(struct monitor *m, const int64_t stable[])
{
    double in = 0, out = 0;
    int64_t now_ms = clock_ms(), now_us = clock_utc_us();

    status_copy(&m->snapshot, NULL);
    if (m->snapshot.epoch != m->epoch)
        return;
    for (size_t i = 0; i < m->count; i++) {
        const struct partition_status *p = &m->snapshot.partitions[i];
        struct lag_sample sample = {now_ms, p->position, stable[i], p->end > stable[i] ? p->end : stable[i]};
        if (stable[i] < 0 || p->position < 0)
            continue;
        lag_window_add(&m->windows[i], &sample);
        in += lag_window_in(&m->windows[i]);
        out += lag_window_out(&m->windows[i]);
        status_measured(p->partition, sample.stable, sample.end, lag_window_verdict(&m->windows[i]), now_us);
    }
    status_rates(in, out, now_us);
}

/* A member without partitions asks for partition 0, because it should know too whether brokers answer. */
static bool ask(struct monitor *m, struct err *err)
{
    static const int32_t any[] = {0};
    int64_t *offsets = calloc(m->count + 1, sizeof *offsets);
    int32_t *partitions = calloc(m->count + 1, sizeof *partitions);
    if (offsets == NULL || partitions == NULL)
        abort();

    for (size_t i = 0; i < m->count; i++)
        partitions[i] = m->snapshot.partitions[i].partition;
    bool good;
    if (m->count == 0)
        good = lag_probe_ask(m->probe, any, 1, LAG_PROBE_STABLE, ANSWER_MS, offsets, err);
    else
        good = find_beginnings(m, partitions, offsets, err) &&
               lag_probe_ask(m->probe, partitions, m->count, LAG_PROBE_STABLE, ANSWER_MS, offsets, err);
    if (good && m->count > 0)
        measured(m, offsets);
    free(offsets);
    free(partitions);
    return good;
}

static void count_brokers(struct monitor *m, int64_t now_ms)
{
    int up;

    if (m->brokers_ms != 0 && now_ms - m->brokers_ms < BROKERS_MS)
        return;
    m->brokers_ms = now_ms;
    if (lag_probe_brokers(m->probe, ANSWER_MS, &up, &m->brokers))
        status_brokers(up, m->brokers);
}

/* A leader that moves is not worth a word. */
static void count_failure(struct monitor *m, const struct err *err)
{
    if (++m->failures <= 2)
        return;
    status_probed(DEPENDENCY_KAFKA, err, -1, clock_utc_us());
    status_brokers(0, m->brokers);
    m->brokers_ms = 0;
}

static void probe(struct monitor *m, int64_t now_ms)
{
    struct err err;

    if (now_ms - m->probed_ms < PROBE_MS || m->snapshot.life != LIFE_RUNNING)
        return;
    m->probed_ms = now_ms;
    renew_windows(m);
    int64_t started_us = clock_utc_us();
    if (ask(m, &err)) {
        m->failures = 0;
        status_probed(DEPENDENCY_KAFKA, NULL, clock_utc_us() - started_us, clock_utc_us());
        count_brokers(m, now_ms);
    } else {
        count_failure(m, &err);
    }
}

/* ---- The last ten minutes ---------------------------------------------------------------------------------------- */

static void record(struct monitor *m, int64_t now_ms)
{
    struct counters now;

    if (now_ms - m->recorded_ms < HISTORY_POINT_S * 1000)
        return;
    m->recorded_ms += HISTORY_POINT_S * 1000;
    if (now_ms - m->recorded_ms >= HISTORY_POINT_S * 1000)
        m->recorded_ms = now_ms; /* after the machine was paused */
    counters_read(&now);
    struct history_point point = history_between(&m->counters, &now, m->snapshot.behind, clock_utc_us());
    m->counters = now;
    status_record(&point);
}

/* ---- What is said ------------------------------------------------------------------------------------------------ */

static void tell_systemd(struct monitor *m, const char *sentence, int64_t now_ms)
{
    char text[STATE_SENTENCE + 16];

    if (strcmp(sentence, m->sentence) == 0 || now_ms - m->notified_ms < NOTIFY_MS)
        return;
    m->notified_ms = now_ms;
    memcpy(m->sentence, sentence, strlen(sentence) + 1);
    snprintf(text, sizeof text, "STATUS=%s", sentence);
    notify(text);
}

static void say_state(struct monitor *m, int64_t now_ms)
{
    char sentence[STATE_SENTENCE];
    enum state state = state_of(&m->snapshot, clock_utc_us(), sentence);

    if (!m->spoken || state != m->state) {
        bool good = state_ready(state) || state == STATE_STARTING || state == STATE_STOPPING;
        log_line(good ? LOG_INFO : LOG_WARNING, NULL, "state %s: %s", state_word(state), sentence);
        m->spoken = true;
        m->state = state;
        m->notified_ms = 0; /* a new word is reported at once */
    }
    tell_systemd(m, sentence, now_ms);
}

/* ---- The thread -------------------------------------------------------------------------------------------------- */

static void *watch(void *opaque)
{
    struct monitor *m = opaque;
    struct pollfd wake = {.fd = m->wake, .events = POLLIN};

    while (poll(&wake, 1, TICK_MS) <= 0) {
        int64_t now_ms = clock_ms();
        if (stop_requested())
            status_life(LIFE_STOPPING);
        if (stop_take_reload())
            m->reload(m->opaque);
        status_copy(&m->snapshot, NULL);
        record(m, now_ms);
        say_state(m, now_ms);
        probe(m, now_ms);
    }
    return NULL;
}

struct monitor *monitor_open(const struct config *config, void (*reload)(void *opaque), void *opaque, struct err *err)
{
    struct lag_probe *lag_probe = lag_probe_open(config, err);
    if (lag_probe == NULL)
        return NULL;

    struct monitor *m = calloc(1, sizeof *m);
    if (m == NULL)
        abort();
    *m = (struct monitor){.config = config,
                          .probe = lag_probe,
                          .reload = reload,
                          .opaque = opaque,
                          .wake = eventfd(0, EFD_CLOEXEC),
                          .recorded_ms = clock_ms()};
    counters_read(&m->counters);
    if (m->wake < 0)
        abort();
    /* It is done here and not by the thread, because this must come after the start is over. */
    status_copy(&m->snapshot, NULL);
    say_state(m, m->recorded_ms);
    m->thread = thread_start(watch, m);
    return m;
}

void monitor_close(struct monitor *m)
{
    if (m == NULL)
        return;
    (void)!write(m->wake, &(uint64_t){1}, sizeof(uint64_t));
    pthread_join(m->thread, NULL);
    lag_probe_close(m->probe);
    close(m->wake);
    free(m->windows);
    free(m);
}
