#include "core/lag_window.h"

#define NEGLIGIBLE_S 2

static const char *const names[LAG_VERDICT_COUNT] = {
    [LAG_UNKNOWN] = "unknown", [LAG_OK] = "ok",           [LAG_BEHIND] = "behind",
    [LAG_GROWING] = "growing", [LAG_STALLED] = "stalled", [LAG_BLOCKED] = "blocked",
};

const char *lag_verdict_name(enum lag_verdict verdict)
{
    return names[verdict];
}

static const struct lag_sample *newest(const struct lag_window *window)
{
    return &window->list[window->count - 1];
}

void lag_window_add(struct lag_window *window, const struct lag_sample *sample)
{
    size_t old = 0;

    if (window->count > 0 && (sample->position < newest(window)->position || sample->end < newest(window)->end))
        window->count = 0;
    while (old < window->count && sample->at_ms - window->list[old].at_ms > LAG_WINDOW_MS)
        old++;
    if (window->count - old == LAG_WINDOW_SAMPLES)
        old++;
    window->count -= old;
    memmove(window->list, window->list + old, window->count * sizeof *window->list);
    window->list[window->count++] = *sample;
}

int64_t lag_behind(const struct lag_sample *sample)
{
    return sample->end > sample->position ? sample->end - sample->position : 0;
}

int64_t lag_held_back(const struct lag_sample *sample)
{
    int64_t from = sample->stable > sample->position ? sample->stable : sample->position;

    return sample->end > from ? sample->end - from : 0;
}

/* How many records could be answered now. */
static int64_t readable(const struct lag_sample *sample)
{
    return lag_behind(sample) - lag_held_back(sample);
}

static int64_t span_ms(const struct lag_window *window)
{
    return window->count == 0 ? 0 : newest(window)->at_ms - window->list[0].at_ms;
}

static double rate(const struct lag_window *window, int64_t moved)
{
    int64_t span = span_ms(window);

    return span == 0 ? 0 : (double)moved * 1000 / (double)span;
}

double lag_window_out(const struct lag_window *window)
{
    return window->count == 0 ? 0 : rate(window, newest(window)->position - window->list[0].position);
}

double lag_window_in(const struct lag_window *window)
{
    return window->count == 0 ? 0 : rate(window, newest(window)->end - window->list[0].end);
}

double lag_drain_seconds(int64_t behind, double out, double in)
{
    if (behind == 0)
        return 0;
    return out > in ? (double)behind / (out - in) : -1;
}

/* It is the same transaction all the time when the stable offset stands still and everything before it is answered. */
static bool blocked(const struct lag_window *window)
{
    for (size_t i = 0; i < window->count; i++)
        if (window->list[i].stable != newest(window)->stable || lag_held_back(&window->list[i]) == 0 ||
            readable(&window->list[i]) > 0)
            return false;
    return span_ms(window) >= LAG_WINDOW_MS - 2000;
}

static bool caught_up(const struct lag_window *window)
{
    for (size_t i = 0; i < window->count; i++)
        if (readable(&window->list[i]) == 0)
            return true;
    return (double)readable(newest(window)) <= NEGLIGIBLE_S * lag_window_out(window);
}

enum lag_verdict lag_window_verdict(const struct lag_window *window)
{
    if (window->count == 0)
        return LAG_UNKNOWN;
    if (blocked(window))
        return LAG_BLOCKED;
    if (caught_up(window))
        return LAG_OK;
    if (span_ms(window) < LAG_WINDOW_MIN_MS)
        return LAG_UNKNOWN;
    if (newest(window)->position == window->list[0].position)
        return LAG_STALLED;
    return readable(newest(window)) < readable(&window->list[0]) ? LAG_BEHIND : LAG_GROWING;
}
