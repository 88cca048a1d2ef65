/*
 * Plots as SVG, drawn here so that the page works without a script. All have the same x axis: 300 units for ten
 * minutes, now at the right; y is 0 at the bottom and 50 at the top.
 */
#include "http/html.h"

#include <inttypes.h>

#define WIDTH  HISTORY_POINTS
#define HEIGHT 50

/* Two neighbours are drawn as one point: the page stays small, and a phone has no more pixels. */
#define STEP 2

static int64_t created(const struct history_point *p)
{
    return p->created;
}

static int64_t with_duplicates(const struct history_point *p)
{
    return (int64_t)p->created + p->duplicate;
}

static int64_t all(const struct history_point *p)
{
    return with_duplicates(p) + p->rejected;
}

static int64_t behind(const struct history_point *p)
{
    return p->behind;
}

static int64_t p99(const struct history_point *p)
{
    struct histogram latency = {0};

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS_MAX; i++)
        latency.buckets[i] = p->latency[i];
    return histogram_quantile(counters_bounds(TIMING_LATENCY), &latency, 990);
}

/* The larger of the two neighbours. */
static int64_t value_at(const struct history *h, size_t age, int64_t (*get)(const struct history_point *))
{
    int64_t value = get(history_at(h, age));

    for (size_t i = 1; i < STEP && age + i < h->count; i++)
        if (get(history_at(h, age + i)) > value)
            value = get(history_at(h, age + i));
    return value;
}

static int64_t largest(const struct history *h, int64_t (*get)(const struct history_point *))
{
    int64_t most = 0;

    for (size_t age = 0; age < h->count; age++)
        if (get(history_at(h, age)) > most)
            most = get(history_at(h, age));
    return most;
}

static int linear(int64_t value, int64_t most)
{
    return HEIGHT - (most == 0 ? 0 : (int)(value * HEIGHT / most));
}

/*
 * The scale goes from 1 ms at the bottom to 100 s at the top, with a fifth for each decade, and is linear within a
 * decade.
 */
static int logarithmic(int64_t us)
{
    double left = us <= 1000 ? 1 : (double)us / 1000;
    int decades = 0;

    for (; left >= 10 && decades < 4; decades++)
        left /= 10;
    if (left > 10)
        left = 10;
    return HEIGHT - (int)((decades + (left - 1) / 9) * HEIGHT / 5);
}

static void open_plot(FILE *out, const char *caption, const char *label)
{
    fprintf(out,
            "<figure><figcaption><span>%s</span><span>%s</span></figcaption><svg class=\"plot\" role=\"img\" "
            "aria-label=\"%s: %s\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">",
            caption, label, caption, label, WIDTH, HEIGHT);
}

/* One tick for each moment with rebalances or replaced producers. */
static void write_ticks(const struct history *h, FILE *out)
{
    for (size_t age = 0; age < h->count; age++) {
        const struct history_point *p = history_at(h, age);
        if (p->rebalances > 0 || p->renewals > 0)
            fprintf(out, "<path class=\"%s\" d=\"M%zu 0V%d\"/>", p->renewals > 0 ? "t2" : "t1", (size_t)WIDTH - 1 - age,
                    HEIGHT);
    }
}

static void close_plot(const struct history *h, FILE *out)
{
    write_ticks(h, out);
    fputs("</svg></figure>", out);
}

static void write_area(const struct history *h, FILE *out, const char *class,
                       int64_t (*get)(const struct history_point *), int64_t most)
{
    if (h->count == 0)
        return;
    fprintf(out, "<path class=\"%s\" d=\"M%d %d", class, WIDTH - 1, HEIGHT);
    int last = -1;
    for (size_t age = 0; age < h->count; age += STEP) {
        int y = linear(value_at(h, age, get), most);
        if (y != last)
            fprintf(out, "H%zuV%d", (size_t)WIDTH - 1 - age, y);
        last = y;
    }
    fprintf(out, "H%zuV%dz\"/>", (size_t)WIDTH - h->count, HEIGHT);
}

static void plot_outcomes(const struct history *h, FILE *out)
{
    char label[80];
    int64_t most = largest(h, all);

    snprintf(label, sizeof label, "at most %.1f a second", (double)most / HISTORY_POINT_S);
    open_plot(out, "created, duplicate (grey), rejected (red)", label);
    write_area(h, out, "a3", all, most);
    write_area(h, out, "a2", with_duplicates, most);
    write_area(h, out, "a1", created, most);
    close_plot(h, out);
}

static void plot_behind(const struct view *view, FILE *out)
{
    const struct history *h = &view->history;
    char label[120], now[STATE_NUMBER], top[STATE_NUMBER];
    int64_t most = largest(h, behind);

    snprintf(label, sizeof label, "now %s, at most %s", state_number(view->snapshot.behind, now),
             state_number(most, top));
    open_plot(out, "behind", label);
    write_area(h, out, "a1", behind, most);
    close_plot(h, out);
}

/* There is no line where nothing was answered. */
static void plot_p99(const struct view *view, FILE *out)
{
    const struct history *h = &view->history;
    char label[80], now[VIEW_TEXT];
    bool drawing = false;

    snprintf(label, sizeof label, "%s in the last minute; 1 ms to 100 s", view_duration(view->p99_us, now));
    open_plot(out, "p99 from command to event, logarithmic", label);
    fputs("<path class=\"l\" d=\"M0 0", out);
    for (size_t age = 0; age < h->count; age += STEP) {
        int64_t us = value_at(h, age, p99);
        if (us >= 0)
            fprintf(out, "%s%zu %d%s", drawing ? "L" : "M", (size_t)WIDTH - 1 - age, logarithmic(us),
                    drawing ? "" : "h-1");
        drawing = us >= 0;
    }
    fputs("\"/>", out);
    close_plot(h, out);
}

void html_plots(const struct view *view, FILE *out)
{
    fputs("<h2>The last ten minutes</h2>", out);
    plot_outcomes(&view->history, out);
    plot_behind(view, out);
    plot_p99(view, out);
    fputs("<p class=\"dim\">10 min ago to now; a dashed line is <span class=\"m1\">a rebalance</span> or <span "
          "class=\"m2\">a new producer</span></p>",
          out);
}
