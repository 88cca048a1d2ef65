#include "http/answers.h"

#include "core/rfc3339.h"
#include "http/process.h"
#include "json/json_write.h"

#include <inttypes.h>

/* ---- Pieces: each writes `"name": value` ---------------------------------------------------------------------------- */

static void text(FILE *out, const char *name, const char *value)
{
    fprintf(out, "\"%s\": ", name);
    json_write_string(out, bytes_of(value));
}

static void integer(FILE *out, const char *name, int64_t value)
{
    fprintf(out, "\"%s\": %" PRId64, name, value);
}

/* A negative one is not known. */
static void known(FILE *out, const char *name, double value)
{
    if (value < 0)
        fprintf(out, "\"%s\": null", name);
    else
        fprintf(out, "\"%s\": %.9g", name, value);
}

static void boolean(FILE *out, const char *name, bool value)
{
    fprintf(out, "\"%s\": %s", name, value ? "true" : "false");
}

static void moment(FILE *out, const char *name, int64_t us)
{
    char at[RFC3339_TEXT];

    rfc3339_format(us, at);
    text(out, name, us == 0 ? NULL : at);
}

static void next(FILE *out)
{
    fputs(", ", out);
}

/* ---- Parts ---------------------------------------------------------------------------------------------------------- */

static void write_state(const struct view *view, FILE *out)
{
    text(out, "source", "worker"), next(out);
    integer(out, "time_ms", view->now_us / 1000), next(out);
    text(out, "state", state_word(view->state)), next(out);
    text(out, "sentence", view->sentence), next(out);
    boolean(out, "ready", view->live && state_ready(view->state)), next(out);
    boolean(out, "live", view->live), next(out);
    text(out, "group", view->about->group), next(out);
    text(out, "instance", *view->about->instance == 0 ? NULL : view->about->instance), next(out);
    text(out, "topic", view->about->topic), next(out);
}

static void write_figures(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;

    integer(out, "lag", s->behind), next(out);
    integer(out, "lag_trend", view->trend), next(out);
    known(out, "in_per_second", s->in), next(out);
    known(out, "out_per_second", s->out), next(out);
    known(out, "drain_seconds", view->drain_s), next(out);
    known(out, "oldest_waiting_seconds", (double)view->oldest_ms / 1e3), next(out);
    known(out, "p50_seconds", view->p50_us < 0 ? -1 : (double)view->p50_us / 1e6), next(out);
    known(out, "p99_seconds", view->p99_us < 0 ? -1 : (double)view->p99_us / 1e6), next(out);
    integer(out, "in_flight", (int64_t)s->in_flight), next(out);
    moment(out, "last_commit", s->committed_us), next(out);
}

static void write_dependency(const struct dependency *d, enum dependency_name name, FILE *out)
{
    fputc('{', out);
    text(out, "name", dependency_label(name)), next(out);
    text(out, "state", view_up(d)), next(out);
    moment(out, "since", d->since_us), next(out);
    known(out, "round_trip_seconds", d->took_us == 0 ? -1 : (double)d->took_us / 1e6), next(out);
    integer(out, "tries", d->tries), next(out);
    moment(out, "next_try", d->down ? d->next_us : 0), next(out);
    fputs("\"last_error\": ", out);
    if (d->failed_us == 0) {
        fputs("null}", out);
        return;
    }
    fputc('{', out);
    moment(out, "time", d->failed_us), next(out);
    text(out, "code", d->code), next(out);
    text(out, "message", d->reason);
    fputs("}}", out);
}

static void write_dependencies(const struct view *view, FILE *out)
{
    const char *comma = "";

    fputs("\"dependencies\": [", out);
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        if (!view->snapshot.dependencies[name].used)
            continue;
        fputs(comma, out);
        write_dependency(&view->snapshot.dependencies[name], name, out);
        comma = ", ";
    }
    fputs("], ", out);
}

static void offset(FILE *out, const char *name, int64_t value)
{
    if (value < 0)
        fprintf(out, "\"%s\": null", name);
    else
        integer(out, name, value);
}

static void write_partition(const struct view *view, const struct partition_status *p, FILE *out)
{
    const struct about *about = view->about;

    fputc('{', out);
    integer(out, "partition", p->partition), next(out);
    offset(out, "committed", p->position), next(out);
    offset(out, "stable", p->stable), next(out);
    offset(out, "end", p->end), next(out);
    integer(out, "lag", partition_behind(p)), next(out);
    integer(out, "held_back", partition_held_back(p)), next(out);
    text(out, "verdict", lag_verdict_name(p->verdict)), next(out);
    moment(out, "since", p->since_us), next(out);
    moment(out, "oldest_waiting_since", p->oldest_us), next(out);
    text(out, "owner", *about->instance == 0 ? NULL : about->instance);
    fputc('}', out);
}

static void write_partitions(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;

    integer(out, "assigned_partitions", (int64_t)s->partition_count), next(out);
    fputs("\"partitions\": [", out);
    for (size_t i = 0; i < snapshot_listed(s); i++) {
        fputs(i == 0 ? "" : ", ", out);
        write_partition(view, &s->partitions[i], out);
    }
    fputs("], ", out);
}

static void write_refusal(const struct view *view, const struct refusal *refusal, FILE *out)
{
    char id[UUID_TEXT + 1];

    uuid_format(&refusal->command_id, id);
    fputc('{', out);
    moment(out, "time", refusal->at_us), next(out);
    text(out, "topic", view->about->topic), next(out);
    integer(out, "partition", refusal->partition), next(out);
    integer(out, "offset", refusal->offset), next(out);
    text(out, "code", errcode_name(refusal->code)), next(out);
    text(out, "command_id", id);
    fputc('}', out);
}

static void write_refused(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;

    fputs("\"rejected\": {\"by_code\": {", out);
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++) {
        fprintf(out, "%s\"%s\": {", code == ERRCODE_NONE + 1 ? "" : ", ", errcode_name(code));
        integer(out, "minute", (int64_t)history_rejected(&view->history, code, HISTORY_MINUTE)), next(out);
        integer(out, "ten_minutes", (int64_t)history_rejected(&view->history, code, HISTORY_POINTS)), next(out);
        integer(out, "total", (int64_t)view->counters.rejected[code]);
        fputc('}', out);
    }
    fputs("}, \"last\": [", out);
    for (size_t i = 0; i < s->refusal_count; i++) {
        fputs(i == 0 ? "" : ", ", out);
        write_refusal(view, &s->refusals[i], out);
    }
    fputs("]}, \"brake\": {", out);
    integer(out, "limit", s->breaker_limit), next(out);
    integer(out, "in_a_row", s->breaker_run), next(out);
    boolean(out, "engaged", s->breaker_open);
    fputs("}, ", out);
}

static void write_totals(const struct view *view, FILE *out)
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

    fputs("\"totals\": {", out);
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        integer(out, names[i], (int64_t)view->counters.values[i]);
        fputs(i + 1 < COUNTER_COUNT ? ", " : "}, ", out);
    }
}

static void write_process(const struct view *view, FILE *out)
{
    const struct about *about = view->about;
    struct process_usage usage;

    process_usage_read(&usage);
    fputs("\"process\": {", out);
    moment(out, "started", view->snapshot.started_us), next(out);
    known(out, "uptime_seconds", (double)(view->now_us - view->snapshot.started_us) / 1e6), next(out);
    known(out, "cpu_seconds", usage.cpu_s), next(out);
    known(out, "resident_bytes", (double)usage.resident_bytes), next(out);
    text(out, "version", about->version), next(out);
    text(out, "revision", about->revision), next(out);
    text(out, "librdkafka", about->librdkafka), next(out);
    text(out, "libpq", about->libpq), next(out);
    text(out, "avro_c", about->avro), next(out);
    text(out, "delivery", about->delivery), next(out);
    text(out, "duplicates", about->duplicates), next(out);
    integer(out, "batch_max_messages", about->batch_max);
    fputc('}', out);
}

void answer_json(const struct view *view, FILE *out)
{
    fputc('{', out);
    write_state(view, out);
    write_figures(view, out);
    write_dependencies(view, out);
    write_partitions(view, out);
    write_refused(view, out);
    write_totals(view, out);
    write_process(view, out);
    fputs("}\n", out);
}
