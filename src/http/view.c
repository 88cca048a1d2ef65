#include "http/view.h"

#include "core/memory.h"
#include "core/status.h"
#include "runtime/clock.h"
#include "runtime/watchdog.h"

static const struct {
    int mood;
    const char *next;
} states[STATE_COUNT] = {
    [STATE_STARTING] = {1, NULL                                                                            },
    [STATE_WORKING] = {0, NULL                                                                            },
    [STATE_IDLE] = {0, NULL                                                                            },
    [STATE_IDLE_NO_PARTITIONS] = {0, "sessiond status -X http.listen="                                               },
    [STATE_CATCHING_UP] = {1, "sessiond status --watch"                                                       },
    [STATE_WAITING_POSTGRESQL] = {2, "sessiond migrate status"                                                       },
    [STATE_WAITING_KAFKA] = {2, "sessiond status -X http.listen="                                               },
    [STATE_WAITING_REGISTRY] = {2, "sessiond schemas list"                                                         },
    [STATE_BLOCKED] = {2, "kafka-transactions.sh --bootstrap-server HOST:PORT find-hanging --broker-id ID"},
    [STATE_STOPPED_READING] = {2, "sessiond tail dlq --from beginning"                                            },
    [STATE_STOPPING] = {1, NULL                                                                            },
};

int view_mood(enum state state)
{
    return states[state].mood;
}

const char *view_shape(enum state state)
{
    static const char *const shapes[] = {"\u25CF", "\u25B2", "\u25A0"};

    return shapes[view_mood(state)];
}

const char *view_next(enum state state)
{
    return states[state].next;
}

const char *view_up(const struct dependency *dependency)
{
    return dependency->up ? "up" : dependency->down ? "down" : "unknown";
}

const char *view_version(const struct database_status *database, char text[static VIEW_TEXT])
{
    snprintf(text, VIEW_TEXT, "%d.%d", database->version / 10000, database->version % 10000);
    return database->version == 0 ? "" : text;
}

const char *view_checks(const struct checks_status *checks)
{
    bool per_batch = checks->known ? checks->per_batch : checks->wanted;

    return per_batch ? "per-batch" : "per-row";
}

static void describe_database(const struct snapshot *snapshot, char text[static VIEW_DETAIL])
{
    const struct database_status *database = &snapshot->database;
    const struct checks_status *checks = &snapshot->checks;
    const char *why = checks->wanted && !checks->known ? "the tables were not looked at yet" : checks->obstacle;
    char version[VIEW_TEXT];

    snprintf(text, VIEW_DETAIL, "%s:%s, PostgreSQL %s, %s; reference checks %s%s%s", database->host, database->port,
             view_version(database, version),
             database->waits_for_standby ? "a commit waits for a standby" : "no standby is waited for",
             view_checks(checks), *why == 0 ? "" : ": ", why);
}

const char *view_detail(const struct snapshot *snapshot, enum dependency_name name, char text[static VIEW_DETAIL])
{
    *text = 0;
    if (name == DEPENDENCY_POSTGRESQL && snapshot->database.version != 0)
        describe_database(snapshot, text);
    if (name == DEPENDENCY_KAFKA && snapshot->brokers > 0)
        snprintf(text, VIEW_DETAIL, "%d of %d brokers up", snapshot->brokers_up, snapshot->brokers);
    return text;
}

const char *view_duration(int64_t us, char text[static VIEW_TEXT])
{
    if (us < 0)
        snprintf(text, VIEW_TEXT, "-");
    else if (us < 9950)
        snprintf(text, VIEW_TEXT, "%.1f ms", (double)us / 1e3);
    else if (us < 995000)
        snprintf(text, VIEW_TEXT, "%.0f ms", (double)us / 1e3);
    else if (us < 100000000)
        snprintf(text, VIEW_TEXT, "%.1f s", (double)us / 1e6);
    else
        state_span(us, text);
    return text;
}

/*
 * Compares what is waiting now with a minute ago, or with as long ago as is known. Less than a tenth, or than 10
 * records, is no trend.
 */
static int trend_of(const struct view *view)
{
    size_t age = view->history.count < HISTORY_MINUTE ? view->history.count : HISTORY_MINUTE;

    if (age == 0)
        return 0;
    int64_t before = history_at(&view->history, age - 1)->behind;
    int64_t change = view->snapshot.behind - before;
    int64_t noise = 10 + before / 10;
    return change > noise ? 1 : change < -noise ? -1 : 0;
}

struct view *view_take(const struct about *about)
{
    struct view *view = memory_zeroed(1, sizeof *view);

    view->about = about;
    view->now_us = clock_utc_us();
    view->silent_ms = watchdog_silent_ms();
    view->live = view->silent_ms < VIEW_LIVE_MS;
    status_copy(&view->snapshot, &view->history);
    counters_read(&view->counters);
    view->state = state_of(&view->snapshot, view->now_us, view->sentence);

    struct histogram latency = history_latency(&view->history, HISTORY_MINUTE);
    view->p50_us = histogram_quantile(counters_bounds(TIMING_LATENCY), &latency, 500);
    view->p99_us = histogram_quantile(counters_bounds(TIMING_LATENCY), &latency, 990);
    view->oldest_ms = snapshot_oldest_ms(&view->snapshot, view->now_us);
    view->drain_s = lag_drain_seconds(view->snapshot.behind, view->snapshot.out, view->snapshot.in);
    view->trend = trend_of(view);
    return view;
}

static bool worse(const struct partition_status *a, const struct partition_status *b)
{
    if (a->verdict != b->verdict)
        return a->verdict > b->verdict;
    if (partition_behind(a) != partition_behind(b))
        return partition_behind(a) > partition_behind(b);
    return a->partition < b->partition;
}

size_t view_worst_first(const struct snapshot *snapshot, size_t list[], size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot_listed(snapshot); i++) {
        size_t at = count < most ? count++ : most;
        while (at > 0 && worse(&snapshot->partitions[i], &snapshot->partitions[list[at - 1]])) {
            if (at < most)
                list[at] = list[at - 1];
            at--;
        }
        if (at < most)
            list[at] = i;
    }
    return count;
}
