/*
 * The page: page.html with its three marks filled in. Everything is written here, so it is complete without a script;
 * the script only asks again and puts the new <main> in the place of the old one.
 */
#include "http/answers.h"

#include "core/rfc3339.h"
#include "gen/http.h"
#include "http/html.h"
#include "http/process.h"

#include <inttypes.h>
#include <stdlib.h>

#define PARTITIONS_SHOWN 12

/* ---- The title and the icon -------------------------------------------------------------------------------------- */

static void write_title(const struct view *view, FILE *out)
{
    char behind[STATE_NUMBER];

    fprintf(out, "%s ", view_shape(view->state));
    if (view->snapshot.behind > 0 && view_mood(view->state) < 2)
        fprintf(out, "%s behind", state_number(view->snapshot.behind, behind));
    else
        fputs(state_word(view->state), out);
    fputs(" \u00B7 ", out);
    html_text(out, *view->about->instance == 0 ? view->about->group : view->about->instance);
}

/* The icon shows the state by a shape too, not only by its colour. */
static void write_icon(const struct view *view, FILE *out)
{
    static const char *const icons[] = {
        "%3Ccircle cx='8' cy='8' r='7' fill='%232da44e'/%3E",
        "%3Cpath d='M8 1L15 15H1z' fill='%23d4a72c'/%3E",
        "%3Crect x='1' y='1' width='14' height='14' fill='%23cf222e'/%3E",
    };

    fprintf(out, "data:image/svg+xml,%%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%%3E%s%%3C/svg%%3E",
            icons[view_mood(view->state)]);
}

/* ---- The sections, in the order of what is asked at night -------------------------------------------------------- */

static void write_state(const struct view *view, FILE *out)
{
    const char *next = view_next(view->state);

    fprintf(out, "<section class=\"bar m%d\"><h1>%s ", view_mood(view->state), view_shape(view->state));
    html_text(out, view->sentence);
    fputs("</h1>", out);
    if (!view->live)
        fprintf(out, "<p><b>The loop has not ticked for %" PRId64 " s.</b></p>", view->silent_ms / 1000);
    if (next != NULL) {
        fputs("<p>next: <code>", out);
        html_text(out, next);
        fputs("</code></p>", out);
    }
    if (view->snapshot.moved_us == 0 && view->snapshot.behind == 0 && view->state == STATE_IDLE)
        fputs("<p>Send the first one: <code>sessiond send --group-id 1 --study-activity-id 1 --await</code></p>", out);
    fputs("</section>", out);
}

static void write_number(FILE *out, const char *what, const char *value, const char *more)
{
    fprintf(out, "<div>%s<b>%s</b><span class=\"dim\">%s</span></div>", what, value, more);
}

static void write_numbers(const struct view *view, FILE *out)
{
    static const char *const trends[] = {"\u2193 falling", "\u2192 steady", "\u2191 growing"};
    const struct snapshot *s = &view->snapshot;
    char behind[STATE_NUMBER], oldest[STATE_SPAN], drain[STATE_SPAN + 32], rates[64], p50[VIEW_TEXT], p99[VIEW_TEXT];
    char times[2 * VIEW_TEXT];

    state_span(view->oldest_ms * 1000, oldest);
    state_span((int64_t)(view->drain_s * 1e6), drain);
    snprintf(rates, sizeof rates, "%.1f / %.1f", s->in, s->out);
    snprintf(times, sizeof times, "%s / %s", view_duration(view->p50_us, p50), view_duration(view->p99_us, p99));
    fputs("<section class=\"four\">", out);
    write_number(out, "behind", state_number(s->behind, behind), trends[view->trend + 1]);
    if (view->state == STATE_CATCHING_UP)
        write_number(out, "time to drain", view->drain_s < 0 ? "\u221E" : drain,
                     view->drain_s < 0 ? "as many come as are answered" : "at this rate");
    else
        write_number(out, "oldest waiting", oldest, "since its timestamp");
    write_number(out, "in / out a second", rates, "offsets, half a minute");
    write_number(out, "p50 / p99", times, "command to event, 1 min");
    fputs("</section>", out);
}

static void write_dependency(const struct view *view, enum dependency_name name, FILE *out)
{
    const struct dependency *d = &view->snapshot.dependencies[name];
    char since[STATE_SINCE] = "", failed[STATE_SPAN], took[VIEW_TEXT], detail[VIEW_DETAIL];

    if (d->since_us != 0)
        state_since(d->since_us, view->now_us, since);
    state_span(view->now_us - d->failed_us, failed);
    bool more = *view_detail(&view->snapshot, name, detail) != 0;
    fprintf(out, "<tr%s><td>%s<td class=\"s m%d\">%s %s<td class=\"w s\">%s<td class=\"n s\">%s<td class=\"e\">",
            more ? " class=\"up\"" : "", dependency_label(name),
            d->up     ? 0
            : d->down ? 2
                      : 1,
            d->up     ? "\u25CF"
            : d->down ? "\u25A0"
                      : "\u25B2",
            view_up(d), since, view_duration(d->took_us == 0 ? -1 : d->took_us, took));
    if (d->failed_us != 0) {
        fprintf(out, "%s %s ago<span class=\"w\">: ", d->code, failed);
        html_text(out, d->reason);
        fputs("</span>", out);
    }
    if (more) {
        fputs("<tr class=\"dim\"><td><td colspan=\"4\" class=\"e\">", out);
        html_text(out, detail);
    }
}

static void write_dependencies(const struct view *view, FILE *out)
{
    fputs("<h2>Depends on</h2><table><tr><th>what<th>state<th class=\"w\">since<th class=\"n s\">round trip<th>last "
          "error",
          out);
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++)
        if (view->snapshot.dependencies[name].used)
            write_dependency(view, name, out);
    fputs("</table>", out);
}

static void write_offset(FILE *out, const char *class, int64_t offset)
{
    char text[STATE_NUMBER];

    fprintf(out, "<td class=\"%s\">%s", class, offset < 0 ? "-" : state_number(offset, text));
}

static void write_partition(const struct view *view, const struct partition_status *p, int64_t most, FILE *out)
{
    static const int moods[LAG_VERDICT_COUNT] = {
        [LAG_UNKNOWN] = 1, [LAG_BEHIND] = 1, [LAG_GROWING] = 1, [LAG_STALLED] = 2, [LAG_BLOCKED] = 2, [LAG_OK] = 0};
    static const char *const shapes[] = {"\u25CF", "\u25B2", "\u25A0"};
    char since[STATE_SINCE] = "";
    int mood = moods[p->verdict];
    int64_t behind = partition_behind(p);

    if (p->since_us != 0)
        state_since(p->since_us, view->now_us, since);
    fprintf(out, "<tr><td class=\"n\">%" PRId32 "<td class=\"m%d\">%s %s<td class=\"w\">%s", p->partition, mood,
            shapes[mood], lag_verdict_name(p->verdict), since);
    write_offset(out, "n w", p->position);
    write_offset(out, "n w", p->stable);
    write_offset(out, "n", p->end);
    write_offset(out, "n", behind);
    fprintf(out,
            "<td class=\"w\"><svg class=\"lag\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><path class=\"a1\" d=\"M0 0H%dV10H0z\"/></svg>",
            most == 0 ? 0 : (int)(100 * behind / most));
}

static void write_partitions(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;
    size_t list[PARTITIONS_SHOWN];
    size_t count = view_worst_first(s, list, PARTITIONS_SHOWN);
    int64_t most = 0;

    for (size_t i = 0; i < snapshot_listed(s); i++)
        if (partition_behind(&s->partitions[i]) > most)
            most = partition_behind(&s->partitions[i]);
    fprintf(out, "<h2>Partitions, worst first: %zu are ours</h2>", s->partition_count);
    if (count == 0)
        return;
    fputs(
        "<table><tr><th class=\"n\">number<th>verdict<th class=\"w\">since<th class=\"n w\">committed<th class=\"n w\">"
        "stable<th class=\"n\">end<th class=\"n\">behind<th class=\"w\">",
        out);
    for (size_t i = 0; i < count; i++)
        write_partition(view, &s->partitions[list[i]], most, out);
    fputs("</table>", out);
    if (s->partition_count > count)
        fprintf(out, "<p class=\"dim\">and %zu more that do better</p>", s->partition_count - count);
}

static void write_codes(const struct view *view, FILE *out)
{
    fputs("<table><tr><th>code<th class=\"n\">1 min<th class=\"n\">10 min<th class=\"n\">in all", out);
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        if (view->counters.rejected[code] > 0)
            fprintf(out, "<tr><td>%s<td class=\"n\">%" PRIu64 "<td class=\"n\">%" PRIu64 "<td class=\"n\">%" PRIu64,
                    errcode_name(code), history_rejected(&view->history, code, HISTORY_MINUTE),
                    history_rejected(&view->history, code, HISTORY_POINTS), view->counters.rejected[code]);
    fputs("</table>", out);
}

static void write_refusals(const struct view *view, FILE *out)
{
    char at[RFC3339_TEXT], id[UUID_TEXT + 1];

    fputs("<table><tr><th>time<th>record<th>code<th class=\"w\">command id", out);
    for (size_t i = 0; i < view->snapshot.refusal_count; i++) {
        const struct refusal *refusal = &view->snapshot.refusals[i];
        rfc3339_format(refusal->at_us, at);
        uuid_format(&refusal->command_id, id);
        fprintf(out, "<tr><td>%.8sZ<td class=\"e\"><span class=\"w\">", at + 11);
        html_text(out, view->about->topic);
        fprintf(out, "</span>[%" PRId32 "]@%" PRId64 "<td>%s<td class=\"w\">%s", refusal->partition, refusal->offset,
                errcode_name(refusal->code), id);
    }
    fputs("</table>", out);
}

static void write_rejected(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;
    char total[STATE_NUMBER];

    fprintf(out, "<h2>Rejected: %s</h2>", state_number((int64_t)view->counters.values[COUNTER_REJECTED], total));
    if (s->breaker_limit > 0)
        fprintf(out, "<p class=\"%s\">dead-letter brake: %" PRId64 " of %" PRId64 " in a row%s</p>",
                s->breaker_open ? "m2" : "dim", s->breaker_run, s->breaker_limit,
                s->breaker_open ? "; reading has stopped" : "");
    if (view->counters.values[COUNTER_REJECTED] > 0)
        write_codes(view, out);
    if (s->refusal_count > 0)
        write_refusals(view, out);
}

static void write_pair(FILE *out, const char *name, const char *value)
{
    fprintf(out, " \u00B7 %s ", name);
    html_text(out, value);
}

static void write_who(const struct view *view, FILE *out)
{
    const struct about *about = view->about;
    const struct counters *c = &view->counters;
    struct process_usage usage;
    char up[STATE_SPAN], now[RFC3339_TEXT];

    process_usage_read(&usage);
    state_span(view->now_us - view->snapshot.started_us, up);
    rfc3339_format(view->now_us, now);
    fputs("<h2>Who this is</h2><p class=\"dim\">group ", out);
    html_text(out, about->group);
    write_pair(out, "instance", *about->instance == 0 ? "auto" : about->instance);
    write_pair(out, "topic", about->topic);
    write_pair(out, "delivery", about->delivery);
    write_pair(out, "duplicates", about->duplicates);
    fprintf(out,
            " \u00B7 transactions committed %" PRIu64 ", aborted %" PRIu64 " \u00B7 producers replaced %" PRIu64
            " \u00B7 assignments %" PRIu64 " \u00B7 batches of at most %" PRId64
            " \u00B7 up %s \u00B7 %.1f s of CPU \u00B7 %.1f MiB",
            c->values[COUNTER_TXN_COMMITTED], c->values[COUNTER_TXN_ABORTED], c->values[COUNTER_RENEWALS],
            c->values[COUNTER_REBALANCES], about->batch_max, up, usage.cpu_s, (double)usage.resident_bytes / 1048576);
    write_pair(out, "sessiond", about->version);
    write_pair(out, "librdkafka", about->librdkafka);
    write_pair(out, "libpq", about->libpq);
    fprintf(out, "</p><p class=\"dim\">as of %.19sZ, again every 2 s; the space bar pauses</p>", now);
}

static void write_main(const struct view *view, FILE *out)
{
    write_state(view, out);
    write_numbers(view, out);
    write_dependencies(view, out);
    html_plots(view, out);
    write_partitions(view, out);
    write_rejected(view, out);
    write_who(view, out);
}

/* Writes page.html up to `mark` and returns what follows it. */
static const char *up_to(const char *html, const char *mark, FILE *out)
{
    const char *at = strstr(html, mark);

    fwrite(html, 1, (size_t)(at - html), out);
    return at + strlen(mark);
}

void answer_page(const struct view *view, FILE *out)
{
    const char *rest = up_to(http_page_html, "{{title}}", out);

    write_title(view, out);
    rest = up_to(rest, "{{icon}}", out);
    write_icon(view, out);
    rest = up_to(rest, "{{main}}", out);
    write_main(view, out);
    fputs(rest, out);
}
