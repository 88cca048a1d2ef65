#include "http/answers.h"

#include "core/rfc3339.h"

#include <inttypes.h>

#define PARTITIONS_SHOWN 40

static void write_figures(const struct view *view, FILE *out)
{
    static const char *const trends[] = {"falling", "steady", "growing"};
    const struct snapshot *s = &view->snapshot;
    char behind[STATE_NUMBER], oldest[STATE_SPAN], drain[STATE_SPAN], p50[VIEW_TEXT], p99[VIEW_TEXT];

    state_span(view->oldest_ms * 1000, oldest);
    state_span((int64_t)(view->drain_s * 1e6), drain);
    fprintf(out, "behind %s (%s)   oldest waiting %s   ", state_number(s->behind, behind), trends[view->trend + 1],
            oldest);
    if (s->behind > 0)
        fprintf(out, "to drain %s   ", view->drain_s < 0 ? "never at this rate" : drain);
    fprintf(out, "in %.1f/s, out %.1f/s   command to event p50 %s, p99 %s\n\n", s->in, s->out,
            view_duration(view->p50_us, p50), view_duration(view->p99_us, p99));
}

static void write_dependencies(const struct view *view, FILE *out)
{
    char since[STATE_SINCE], failed[STATE_SPAN], took[VIEW_TEXT], detail[VIEW_DETAIL];

    fprintf(out, "%-11s %-8s %-16s %10s  %s\n", "DEPENDENCY", "STATE", "", "ROUND TRIP", "LAST ERROR");
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        const struct dependency *d = &view->snapshot.dependencies[name];
        if (!d->used)
            continue;
        state_since(d->since_us, view->now_us, since);
        fprintf(out, "%-11s %-8s %-16s %10s  ", dependency_label(name), view_up(d), d->since_us == 0 ? "" : since,
                view_duration(d->took_us == 0 ? -1 : d->took_us, took));
        state_span(view->now_us - d->failed_us, failed);
        if (d->failed_us == 0)
            fprintf(out, "-\n");
        else
            fprintf(out, "%s %s ago: %s\n", d->code, failed, d->reason);
        if (*view_detail(&view->snapshot, name, detail) != 0)
            fprintf(out, "  %s\n", detail);
    }
}

static void write_offset(FILE *out, int64_t offset)
{
    if (offset < 0)
        fprintf(out, " %12s", "-");
    else
        fprintf(out, " %12" PRId64, offset);
}

static void write_partitions(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;
    size_t list[PARTITIONS_SHOWN];
    size_t count = view_worst_first(s, list, PARTITIONS_SHOWN);
    char since[STATE_SINCE];

    fprintf(out, "\nPARTITION    COMMITTED       STABLE          END          LAG  VERDICT\n");
    for (size_t i = 0; i < count; i++) {
        const struct partition_status *p = &s->partitions[list[i]];
        fprintf(out, "%9" PRId32, p->partition);
        write_offset(out, p->position);
        write_offset(out, p->stable);
        write_offset(out, p->end);
        write_offset(out, p->end < 0 ? -1 : partition_behind(p));
        state_since(p->since_us, view->now_us, since);
        fprintf(out, "  %s%s%s\n", lag_verdict_name(p->verdict), p->since_us == 0 ? "" : " ",
                p->since_us == 0 ? "" : since);
    }
    if (s->partition_count > count)
        fprintf(out, "  and %zu more that do better\n", s->partition_count - count);
    if (s->partition_count == 0)
        fprintf(out, "  none is ours\n");
}

static void write_refused(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;
    char at[RFC3339_TEXT], id[UUID_TEXT + 1];

    if (view->counters.values[COUNTER_REJECTED] > 0)
        fprintf(out, "\n%-26s %8s %8s %8s\n", "REJECTED", "1 MIN", "10 MIN", "IN ALL");
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        if (view->counters.rejected[code] > 0)
            fprintf(out, "%-26s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n", errcode_name(code),
                    history_rejected(&view->history, code, HISTORY_MINUTE),
                    history_rejected(&view->history, code, HISTORY_POINTS), view->counters.rejected[code]);
    if (s->breaker_limit > 0)
        fprintf(out, "\ndead-letter brake: %" PRId64 " of %" PRId64 " in a row\n", s->breaker_run, s->breaker_limit);
    for (size_t i = 0; i < s->refusal_count && i < 5; i++) {
        rfc3339_format(s->refusals[i].at_us, at);
        uuid_format(&s->refusals[i].command_id, id);
        fprintf(out, "%.19sZ %s[%" PRId32 "]@%" PRId64 " %s %s\n", at, view->about->topic, s->refusals[i].partition,
                s->refusals[i].offset, errcode_name(s->refusals[i].code), id);
    }
}

void answer_text(const struct view *view, FILE *out)
{
    const struct about *about = view->about;
    char up[STATE_SPAN];

    state_span(view->now_us - view->snapshot.started_us, up);
    fprintf(out, "%s %s\n", view_shape(view->state), view->sentence);
    if (view_next(view->state) != NULL)
        fprintf(out, "  next: %s\n", view_next(view->state));
    fprintf(out, "\ngroup %s, instance %s, topic %s, up %s, sessiond %s\n", about->group,
            *about->instance == 0 ? "auto" : about->instance, about->topic, up, about->version);
    write_figures(view, out);
    write_dependencies(view, out);
    write_partitions(view, out);
    write_refused(view, out);
}
