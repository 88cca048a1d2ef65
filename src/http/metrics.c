#include "http/answers.h"

#include "core/metric.h"
#include "http/process.h"

#include <inttypes.h>

/* ---- The format -------------------------------------------------------------------------------------------------- */

static void head(FILE *out, enum metric metric)
{
    const struct metric_row *row = metric_row(metric);

    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, row->type);
}

/* In the value of a label a backslash, a quote and a line break are escaped with a backslash. */
static void label(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%s=\"", name);
    for (; *value != 0; value++) {
        if (*value == '\n')
            fputs("\\n", out);
        else if (*value == '"' || *value == '\\')
            fprintf(out, "\\%c", *value);
        else
            fputc(*value, out);
    }
    fputc('"', out);
}

static void one(FILE *out, enum metric metric, double value)
{
    fprintf(out, "%s %.15g\n", metric_row(metric)->name, value);
}

static void labelled(FILE *out, enum metric metric, const char *name, const char *text, double value)
{
    fprintf(out, "%s{", metric_row(metric)->name);
    label(out, name, text);
    fprintf(out, "} %.15g\n", value);
}

static void scalar(FILE *out, enum metric metric, double value)
{
    head(out, metric);
    one(out, metric, value);
}

/* `unit`: how many units of the histogram make one unit of the metric. */
static void histogram(FILE *out, enum metric metric, const char *phase, const struct view *view, enum timing timing,
                      double unit)
{
    const char *name = metric_row(metric)->name;
    const struct histogram_bounds *bounds = counters_bounds(timing);
    const struct histogram *h = &view->counters.timings[timing];
    char only[64] = "", more[64] = "";
    uint64_t count = 0;

    if (phase != NULL) {
        snprintf(only, sizeof only, "{phase=\"%s\"}", phase);
        snprintf(more, sizeof more, "phase=\"%s\",", phase);
    }
    for (size_t i = 0; i < bounds->count; i++) {
        count += h->buckets[i];
        fprintf(out, "%s_bucket{%sle=\"%.9g\"} %" PRIu64 "\n", name, more, (double)bounds->list[i] / unit, count);
    }
    count += h->buckets[bounds->count];
    fprintf(out, "%s_bucket{%sle=\"+Inf\"} %" PRIu64 "\n", name, more, count);
    fprintf(out, "%s_sum%s %.15g\n%s_count%s %" PRIu64 "\n", name, only, (double)h->sum / unit, name, only, count);
}

/* ---- What has happened ------------------------------------------------------------------------------------------- */

static void write_commands(const struct view *view, FILE *out)
{
    const struct counters *c = &view->counters;

    head(out, METRIC_COMMANDS);
    labelled(out, METRIC_COMMANDS, "outcome", "created", (double)c->values[COUNTER_CREATED]);
    labelled(out, METRIC_COMMANDS, "outcome", "rejected", (double)c->values[COUNTER_REJECTED]);
    labelled(out, METRIC_COMMANDS, "outcome", "duplicate", (double)c->values[COUNTER_DUPLICATE]);
    labelled(out, METRIC_COMMANDS, "outcome", "suppressed", (double)c->values[COUNTER_SUPPRESSED]);
    head(out, METRIC_REJECTED);
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        labelled(out, METRIC_REJECTED, "code", errcode_name(code), (double)c->rejected[code]);
    scalar(out, METRIC_DLQ, (double)c->values[COUNTER_DLQ]);
    scalar(out, METRIC_BRAKE, view->snapshot.breaker_open);
}

static void write_work(const struct view *view, FILE *out)
{
    const struct counters *c = &view->counters;

    head(out, METRIC_TRANSACTIONS);
    labelled(out, METRIC_TRANSACTIONS, "result", "committed", (double)c->values[COUNTER_TXN_COMMITTED]);
    labelled(out, METRIC_TRANSACTIONS, "result", "aborted", (double)c->values[COUNTER_TXN_ABORTED]);
    head(out, METRIC_LATENCY);
    histogram(out, METRIC_LATENCY, NULL, view, TIMING_LATENCY, 1e6);
    head(out, METRIC_BATCH);
    histogram(out, METRIC_BATCH, NULL, view, TIMING_BATCH, 1);
    head(out, METRIC_PHASE);
    histogram(out, METRIC_PHASE, "decode", view, TIMING_DECODE, 1e6);
    histogram(out, METRIC_PHASE, "store", view, TIMING_STORE, 1e6);
    histogram(out, METRIC_PHASE, "publish", view, TIMING_PUBLISH, 1e6);
    scalar(out, METRIC_LAST_COMMIT, (double)view->snapshot.committed_us / 1e6);
    scalar(out, METRIC_REBALANCES, (double)c->values[COUNTER_REBALANCES]);
    scalar(out, METRIC_RECREATIONS, (double)c->values[COUNTER_RENEWALS]);
    head(out, METRIC_POSTGRES_ERRORS);
    for (size_t i = 0; i < c->class_count; i++)
        labelled(out, METRIC_POSTGRES_ERRORS, "class", c->classes[i], (double)c->class_errors[i]);
}

/* ---- What is so now ---------------------------------------------------------------------------------------------- */

static int64_t lag_value(enum metric metric, const struct partition_status *p)
{
    if (metric == METRIC_LAG)
        return partition_behind(p);
    return metric == METRIC_END ? p->end : partition_held_back(p);
}

static void write_lag(const struct view *view, FILE *out, enum metric metric)
{
    const struct snapshot *s = &view->snapshot;

    head(out, metric);
    for (size_t i = 0; i < snapshot_listed(s); i++) {
        const struct partition_status *p = &s->partitions[i];
        if (p->end < 0 || (metric == METRIC_STABLE_LAG && p->stable < 0))
            continue;
        fprintf(out, "%s{", metric_row(metric)->name);
        label(out, "topic", view->about->topic);
        fprintf(out, ",partition=\"%" PRId32 "\"} %" PRId64 "\n", p->partition, lag_value(metric, p));
    }
}

static void write_state(const struct view *view, FILE *out)
{
    write_lag(view, out, METRIC_LAG);
    write_lag(view, out, METRIC_END);
    write_lag(view, out, METRIC_STABLE_LAG);
    scalar(out, METRIC_OLDEST, (double)view->oldest_ms / 1e3);
    scalar(out, METRIC_PARTITIONS, (double)view->snapshot.partition_count);
    head(out, METRIC_UP);
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        const struct dependency *d = &view->snapshot.dependencies[name];
        if (d->used && (d->up || d->down))
            labelled(out, METRIC_UP, "dependency", dependency_label(name), d->up);
    }
    head(out, METRIC_STATE);
    for (enum state state = 0; state < STATE_COUNT; state++)
        labelled(out, METRIC_STATE, "state", state_word(state), state == view->state);
}

static void write_build(const struct view *view, FILE *out)
{
    const struct about *about = view->about;

    head(out, METRIC_BUILD);
    fprintf(out, "%s{", metric_row(METRIC_BUILD)->name);
    label(out, "version", about->version);
    fputc(',', out);
    label(out, "revision", about->revision);
    fputc(',', out);
    label(out, "librdkafka", about->librdkafka);
    fputc(',', out);
    label(out, "libpq", about->libpq);
    fputc(',', out);
    label(out, "avro", about->avro);
    fputs("} 1\n", out);
}

static void known(FILE *out, enum metric metric, double value)
{
    if (value >= 0)
        scalar(out, metric, value);
}

static void write_process(const struct view *view, FILE *out)
{
    struct process_usage usage;

    process_usage_read(&usage);
    known(out, METRIC_CPU, usage.cpu_s);
    known(out, METRIC_RSS, (double)usage.resident_bytes);
    known(out, METRIC_VIRTUAL, (double)usage.virtual_bytes);
    known(out, METRIC_OPEN_FDS, (double)usage.open_fds);
    known(out, METRIC_MAX_FDS, (double)usage.max_fds);
    scalar(out, METRIC_START, (double)view->snapshot.started_us / 1e6);
}

void answer_metrics(const struct view *view, FILE *out)
{
    write_commands(view, out);
    write_work(view, out);
    write_state(view, out);
    write_build(view, out);
    write_process(view, out);
}
