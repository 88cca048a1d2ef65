#include "core/status.h"

#include <stdlib.h>
#include <threads.h>

static struct {
    mtx_t mutex;
    struct snapshot now;
    struct history history;
    bool rereading[SNAPSHOT_PARTITIONS];   /* for each partition, in the same order */
    bool from_record[SNAPSHOT_PARTITIONS]; /* the oldest waiting record is in a batch, so its own age is known */
    bool probed[DEPENDENCY_COUNT];         /* only the monitor has said that it is down */
} status;

static once_flag once = ONCE_FLAG_INIT;

static void make_mutex(void)
{
    if (mtx_init(&status.mutex, mtx_plain) != thrd_success)
        abort();
}

static struct snapshot *hold(void)
{
    call_once(&once, make_mutex);
    mtx_lock(&status.mutex);
    return &status.now;
}

static void let_go(void)
{
    mtx_unlock(&status.mutex);
}

static size_t index_of(const struct snapshot *now, int32_t partition)
{
    size_t i = 0;

    while (i < snapshot_listed(now) && now->partitions[i].partition != partition)
        i++;
    return i;
}

/* NULL when the partition is not ours. */
static struct partition_status *find(struct snapshot *now, int32_t partition)
{
    size_t i = index_of(now, partition);

    return i < snapshot_listed(now) ? &now->partitions[i] : NULL;
}

void status_begin(int64_t now_us, bool registry_used, int64_t breaker_limit)
{
    struct snapshot *now = hold();

    *now = (struct snapshot){.started_us = now_us, .breaker_limit = breaker_limit};
    status.history.count = 0;
    now->dependencies[DEPENDENCY_POSTGRESQL].used = true;
    now->dependencies[DEPENDENCY_KAFKA].used = true;
    now->dependencies[DEPENDENCY_REGISTRY].used = registry_used;
    let_go();
}

void status_life(enum life life)
{
    hold()->life = life;
    let_go();
}

/* ---- Dependencies ------------------------------------------------------------------------------------------------ */

void status_down(enum dependency_name name, const struct err *err, int64_t wait_ms, int64_t now_us)
{
    dependency_failed(&hold()->dependencies[name], err, wait_ms, now_us);
    status.probed[name] = false;
    let_go();
}

void status_up(enum dependency_name name, int64_t took_us, int64_t now_us)
{
    struct dependency *d = &hold()->dependencies[name];

    dependency_answered(d, took_us, now_us);
    d->waiting_us = 0;
    let_go();
}

void status_probed(enum dependency_name name, const struct err *err, int64_t took_us, int64_t now_us)
{
    struct dependency *d = &hold()->dependencies[name];

    if (!d->down || status.probed[name]) {
        if (err != NULL)
            dependency_failed(d, err, 0, now_us);
        else
            dependency_answered(d, took_us, now_us);
        status.probed[name] = err != NULL;
    }
    let_go();
}

void status_calling(enum dependency_name name, int64_t now_us)
{
    struct dependency *d = &hold()->dependencies[name];

    if (d->waiting_us == 0)
        d->waiting_us = now_us;
    let_go();
}

void status_called(enum dependency_name name)
{
    hold()->dependencies[name].waiting_us = 0;
    let_go();
}

void status_database(const struct database_status *database)
{
    hold()->database = *database;
    let_go();
}

void status_checks(const struct checks_status *checks)
{
    hold()->checks = *checks;
    let_go();
}

void status_brokers(int up, int all)
{
    struct snapshot *now = hold();

    now->brokers_up = up;
    now->brokers = all;
    let_go();
}

/* ---- Partitions -------------------------------------------------------------------------------------------------- */

void status_assigned(uint64_t epoch)
{
    struct snapshot *now = hold();

    now->joined = now->joined || epoch > 0;
    now->rebalancing = epoch == 0;
    if (now->epoch != epoch) {
        now->partition_count = 0;
        now->behind = 0;
        now->in = now->out = 0;
    }
    now->epoch = epoch;
    let_go();
}

static void sum_behind(struct snapshot *now)
{
    now->behind = 0;
    for (size_t i = 0; i < snapshot_listed(now); i++)
        now->behind += partition_behind(&now->partitions[i]);
}

/* If the partition was in this place before, everything but its offsets stays. */
static void take_partition(struct partition_status *to, const struct partition_status *from)
{
    bool same = to->partition == from->partition;

    if (!same)
        *to = (struct partition_status){.partition = from->partition, .position = -1, .stable = -1, .end = -1};
    to->position = from->position;
    if (from->end > to->end)
        to->end = from->end;
}

void status_partitions(const struct partition_status *list, size_t count)
{
    struct snapshot *now = hold();
    size_t before = snapshot_listed(now);

    now->partition_count = count;
    for (size_t i = 0; i < snapshot_listed(now); i++) {
        if (i >= before || now->partitions[i].partition != list[i].partition) {
            now->partitions[i] = (struct partition_status){.partition = -1};
            status.rereading[i] = status.from_record[i] = false;
        }
        take_partition(&now->partitions[i], &list[i]);
    }
    sum_behind(now);
    let_go();
}

void status_committed(int32_t partition, int64_t next, int64_t now_us)
{
    struct snapshot *now = hold();
    struct partition_status *p = find(now, partition);

    now->committed_us = now_us;
    if (p != NULL) {
        p->position = next;
        p->end = next > p->end ? next : p->end;
        p->committed_us = now_us;
        sum_behind(now);
    }
    let_go();
}

void status_end(int32_t partition, int64_t end)
{
    struct snapshot *now = hold();
    struct partition_status *p = find(now, partition);

    if (p != NULL && end > p->end) {
        p->end = end;
        sum_behind(now);
    }
    let_go();
}

void status_beginning(int32_t partition, int64_t beginning)
{
    struct snapshot *now = hold();
    struct partition_status *p = find(now, partition);

    if (p != NULL && p->position < 0) {
        p->position = beginning;
        sum_behind(now);
    }
    let_go();
}

void status_reread(int32_t partition, bool reread)
{
    struct snapshot *now = hold();
    size_t i = index_of(now, partition);

    if (i < snapshot_listed(now))
        status.rereading[i] = reread;
    let_go();
}

void status_moved(int64_t now_us)
{
    hold()->moved_us = now_us;
    let_go();
}

void status_measured(int32_t partition, int64_t stable, int64_t end, enum lag_verdict verdict, int64_t now_us)
{
    struct snapshot *now = hold();
    struct partition_status *p = find(now, partition);

    now->measured_us = now_us;
    if (p != NULL) {
        size_t i = (size_t)(p - now->partitions);
        p->stable = stable;
        p->end = end > p->end ? end : p->end;
        if (p->verdict != verdict || p->since_us == 0)
            p->since_us = now_us;
        p->verdict = verdict;
        /* None of its records was read yet, so they count as waiting since this was first seen. */
        if (partition_behind(p) == 0 || status.rereading[i])
            p->oldest_us = 0;
        else if (p->oldest_us == 0 && !status.from_record[i])
            p->oldest_us = now_us;
        sum_behind(now);
    }
    let_go();
}

void status_rates(double in, double out, int64_t now_us)
{
    struct snapshot *now = hold();

    now->in = in;
    now->out = out;
    now->measured_us = now_us;
    let_go();
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static const struct waiting_since *waiting_in(const struct waiting_since *list, size_t count, int32_t partition)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].partition == partition)
            return &list[i];
    return NULL;
}

/* For partitions of which nothing is being read the measurements may know more. */
void status_in_flight(uint64_t commands, const struct waiting_since *list, size_t count)
{
    struct snapshot *now = hold();

    now->in_flight = commands;
    for (size_t i = 0; i < snapshot_listed(now); i++) {
        const struct waiting_since *waiting = waiting_in(list, count, now->partitions[i].partition);
        if (waiting != NULL)
            now->partitions[i].oldest_us = status.rereading[i] ? 0 : waiting->since_us;
        else if (status.from_record[i])
            now->partitions[i].oldest_us = 0;
        status.from_record[i] = waiting != NULL;
    }
    let_go();
}

void status_breaker(int64_t run, bool open, enum errcode code)
{
    struct snapshot *now = hold();

    now->breaker_run = run;
    now->breaker_open = open;
    now->breaker_code = code;
    let_go();
}

void status_refused(const struct refusal *refusal)
{
    struct snapshot *now = hold();

    memmove(now->refusals + 1, now->refusals, (SNAPSHOT_REFUSALS - 1) * sizeof *now->refusals);
    now->refusals[0] = *refusal;
    if (now->refusal_count < SNAPSHOT_REFUSALS)
        now->refusal_count++;
    let_go();
}

void status_record(const struct history_point *point)
{
    (void)hold();
    history_add(&status.history, point);
    let_go();
}

void status_copy(struct snapshot *snapshot, struct history *history)
{
    *snapshot = *hold();
    if (history != NULL)
        *history = status.history;
    let_go();
}
