#include "http/answers.h"

#include "core/rfc3339.h"
#include "http/process.h"
#include "json/writer.h"
#include "runtime/log_recent.h"

#include <inttypes.h>

/* Writes null for a negative number, which is not known. */
static void known(struct json_writer *json, const char *name, double value)
{
    char text[32];

    snprintf(text, sizeof text, value < 0 ? "null" : "%.9g", value);
    write_key(json, name);
    write_raw(json, bytes_of(text));
}

static void moment(struct json_writer *json, const char *name, int64_t us)
{
    char at[RFC3339_TEXT];

    rfc3339_format(us, at);
    write_member_text(json, name, us == 0 ? NULL : at);
}

static void offset(struct json_writer *json, const char *name, int64_t value)
{
    write_member_known_int(json, name, value, value >= 0);
}

/* ---- Parts ------------------------------------------------------------------------------------------------------- */

static void write_state(const struct view *view, struct json_writer *json)
{
    write_member_text(json, "source", "worker");
    write_member_int(json, "time_ms", view->now_us / 1000);
    write_member_text(json, "state", state_word(view->state));
    write_member_text(json, "sentence", view->sentence);
    write_member_bool(json, "ready", view->live && state_ready(view->state));
    write_member_bool(json, "live", view->live);
    write_member_text(json, "group", view->about->group);
    write_member_text(json, "instance", *view->about->instance == 0 ? NULL : view->about->instance);
    write_member_text(json, "topic", view->about->topic);
}

static void write_figures(const struct view *view, struct json_writer *json)
{
    const struct snapshot *s = &view->snapshot;

    write_member_int(json, "lag", s->behind);
    write_member_int(json, "lag_trend", view->trend);
    known(json, "in_per_second", s->in);
    known(json, "out_per_second", s->out);
    known(json, "drain_seconds", view->drain_s);
    known(json, "oldest_waiting_seconds", (double)view->oldest_ms / 1e3);
    known(json, "p50_seconds", view->p50_us < 0 ? -1 : (double)view->p50_us / 1e6);
    known(json, "p99_seconds", view->p99_us < 0 ? -1 : (double)view->p99_us / 1e6);
    write_member_int(json, "in_flight", (int64_t)s->in_flight);
    moment(json, "last_commit", s->committed_us);
}

static void write_dependency(const struct dependency *d, enum dependency_name name, struct json_writer *json)
{
    write_object(json);
    write_member_text(json, "name", dependency_label(name));
    write_member_text(json, "state", view_up(d));
    moment(json, "since", d->since_us);
    known(json, "round_trip_seconds", d->took_us == 0 ? -1 : (double)d->took_us / 1e6);
    write_member_int(json, "tries", d->tries);
    moment(json, "next_try", d->down ? d->next_us : 0);
    write_key(json, "last_error");
    if (d->failed_us == 0) {
        write_null(json);
        write_object_end(json);
        return;
    }
    write_object(json);
    moment(json, "time", d->failed_us);
    write_member_text(json, "code", d->code);
    write_member_text(json, "message", d->reason);
    write_object_end(json);
    write_object_end(json);
}

/* `database` is null before the first session, and so are the figures of `brokers` before the first answer. */
static void write_details(const struct snapshot *s, struct json_writer *json)
{
    const struct database_status *database = &s->database;
    char version[VIEW_TEXT];

    write_key(json, "database");
    if (database->version == 0) {
        write_null(json);
    } else {
        write_object(json);
        write_member_text(json, "host", database->host);
        write_member_text(json, "port", database->port);
        write_member_text(json, "version", view_version(database, version));
        write_member_bool(json, "waits_for_standby", database->waits_for_standby);
        write_object_end(json);
    }
    write_key(json, "reference_checks");
    write_object(json);
    write_member_text(json, "mode", view_checks(&s->checks));
    write_member_bool(json, "known", s->checks.known || !s->checks.wanted);
    write_member_text(json, "reason", *s->checks.obstacle == 0 ? NULL : s->checks.obstacle);
    write_object_end(json);
    write_key(json, "brokers");
    write_object(json);
    write_member_known_int(json, "up", s->brokers_up, s->brokers > 0);
    write_member_known_int(json, "all", s->brokers, s->brokers > 0);
    write_object_end(json);
}

static void write_dependencies(const struct view *view, struct json_writer *json)
{
    write_key(json, "dependencies");
    write_array(json);
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        if (!view->snapshot.dependencies[name].used)
            continue;
        write_dependency(&view->snapshot.dependencies[name], name, json);
    }
    write_array_end(json);
}

static void write_partition(const struct view *view, const struct partition_status *p, struct json_writer *json)
{
    const struct about *about = view->about;

    write_object(json);
    write_member_int(json, "partition", p->partition);
    offset(json, "committed", p->position);
    offset(json, "stable", p->stable);
    offset(json, "end", p->end);
    write_member_int(json, "lag", partition_behind(p));
    write_member_int(json, "held_back", partition_held_back(p));
    write_member_text(json, "verdict", lag_verdict_name(p->verdict));
    moment(json, "since", p->since_us);
    moment(json, "oldest_waiting_since", p->oldest_us);
    write_member_text(json, "owner", *about->instance == 0 ? NULL : about->instance);
    write_object_end(json);
}

static void write_partitions(const struct view *view, struct json_writer *json)
{
    const struct snapshot *s = &view->snapshot;

    write_member_int(json, "assigned_partitions", (int64_t)s->partition_count);
    write_key(json, "partitions");
    write_array(json);
    for (size_t i = 0; i < snapshot_listed(s); i++)
        write_partition(view, &s->partitions[i], json);
    write_array_end(json);
}

static void write_refusal(const struct view *view, const struct refusal *refusal, struct json_writer *json)
{
    char id[UUID_TEXT + 1];

    uuid_format(&refusal->command_id, id);
    write_object(json);
    moment(json, "time", refusal->at_us);
    write_member_text(json, "topic", view->about->topic);
    write_member_int(json, "partition", refusal->partition);
    write_member_int(json, "offset", refusal->offset);
    write_member_text(json, "code", errcode_name(refusal->code));
    write_member_text(json, "command_id", id);
    write_object_end(json);
}

static void write_code(const struct view *view, enum errcode code, struct json_writer *json)
{
    write_key(json, errcode_name(code));
    write_object(json);
    write_member_int(json, "minute", (int64_t)history_rejected(&view->history, code, HISTORY_MINUTE));
    write_member_int(json, "ten_minutes", (int64_t)history_rejected(&view->history, code, HISTORY_POINTS));
    write_member_int(json, "total", (int64_t)view->counters.rejected[code]);
    write_object_end(json);
}

static void write_refused(const struct view *view, struct json_writer *json)
{
    write_key(json, "rejected");
    write_object(json);
    write_key(json, "by_code");
    write_object(json);
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        write_code(view, code, json);
    write_object_end(json);
    write_key(json, "last");
    write_array(json);
    for (size_t i = 0; i < view->snapshot.refusal_count; i++)
        write_refusal(view, &view->snapshot.refusals[i], json);
    write_array_end(json);
    write_object_end(json);
}

static void write_breaker(const struct snapshot *s, struct json_writer *json)
{
    write_key(json, "brake");
    write_object(json);
    write_member_int(json, "limit", s->breaker_limit);
    write_member_int(json, "in_a_row", s->breaker_run);
    write_member_bool(json, "engaged", s->breaker_open);
    write_object_end(json);
}

static void write_totals(const struct view *view, struct json_writer *json)
{
    static const char *const names[COUNTER_COUNT] = {
        [COUNTER_CREATED] = "created",
        [COUNTER_REJECTED] = "rejected",
        [COUNTER_DUPLICATE] = "duplicate",
        [COUNTER_SUPPRESSED] = "suppressed",
        [COUNTER_DLQ] = "dlq",
        [COUNTER_TXN_COMMITTED] = "transactions_committed",
        [COUNTER_TXN_ABORTED] = "transactions_aborted",
        [COUNTER_REBALANCES] = "rebalances",
        [COUNTER_RENEWALS] = "producer_recreations",
    };

    write_key(json, "totals");
    write_object(json);
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        write_member_int(json, names[i], (int64_t)view->counters.values[i]);
    write_object_end(json);
}

static void write_process(const struct view *view, struct json_writer *json)
{
    const struct about *about = view->about;
    struct process_usage usage;

    process_usage_read(&usage);
    write_key(json, "process");
    write_object(json);
    moment(json, "started", view->snapshot.started_us);
    known(json, "uptime_seconds", (double)(view->now_us - view->snapshot.started_us) / 1e6);
    known(json, "cpu_seconds", usage.cpu_s);
    known(json, "resident_bytes", (double)usage.resident_bytes);
    write_member_text(json, "version", about->version);
    write_member_text(json, "revision", about->revision);
    write_member_text(json, "librdkafka", about->librdkafka);
    write_member_text(json, "libpq", about->libpq);
    write_member_text(json, "avro_c", about->avro);
    write_member_text(json, "delivery", about->delivery);
    write_member_text(json, "duplicates", about->duplicates);
    write_member_int(json, "batch_max_messages", about->batch_max);
    write_object_end(json);
}

/* The oldest first. */
static void write_warnings(struct json_writer *json)
{
    struct log_recent_line lines[LOG_RECENT_COUNT];
    size_t count = log_recent_copy(lines);

    write_key(json, "warnings");
    write_array(json);
    for (size_t i = 0; i < count; i++) {
        write_object(json);
        moment(json, "time", lines[i].time_us);
        write_member_text(json, "level", lines[i].level == LOG_ERROR ? "error" : "warning");
        write_member_text(json, "code", *lines[i].code == 0 ? NULL : lines[i].code);
        write_member_text(json, "message", lines[i].message);
        write_object_end(json);
    }
    write_array_end(json);
}

void answer_json(const struct view *view, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    write_object(&json);
    write_state(view, &json);
    write_figures(view, &json);
    write_dependencies(view, &json);
    write_details(&view->snapshot, &json);
    write_partitions(view, &json);
    write_refused(view, &json);
    write_breaker(&view->snapshot, &json);
    write_totals(view, &json);
    write_process(view, &json);
    write_warnings(&json);
    write_object_end(&json);
    write_line_end(&json);
}
