#include "cli/parts/rate.h"

#include <inttypes.h>
#include <unistd.h>

#define REDRAW_MS 200

int64_t rate_wait_ms(const struct rate *rate, uint64_t done, int64_t now_ms)
{
    if (rate->limit == 0)
        return 0;
    int64_t due_ms = rate->started_ms + (int64_t)(done / (uint64_t)rate->limit) * 1000 +
                     (int64_t)(done % (uint64_t)rate->limit) * 1000 / rate->limit;
    return due_ms > now_ms ? due_ms - now_ms : 0;
}

int64_t rate_portion(int64_t limit, int64_t most)
{
    int64_t portion = limit / 10;

    if (limit == 0 || portion > most)
        return most;
    return portion > 0 ? portion : 1;
}

struct progress_line progress_line_start(const char *what, uint64_t total, int64_t now_ms)
{
    return (struct progress_line){
        .out = isatty(STDERR_FILENO) ? stderr : NULL,
        .what = what,
        .total = total,
        .started_ms = now_ms,
        .said_ms = now_ms,
    };
}

static void left_text(int64_t seconds, char *text, size_t size)
{
    if (seconds < 120)
        snprintf(text, size, "%" PRId64 " s", seconds);
    else if (seconds < 7200)
        snprintf(text, size, "%" PRId64 " min", seconds / 60);
    else
        snprintf(text, size, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
}

/* "5000 of 20000 commands, 2500/s, 6 s left" */
static void print_progress(const struct progress_line *line, uint64_t done, int64_t now_ms)
{
    int64_t took_ms = now_ms - line->started_ms > 0 ? now_ms - line->started_ms : 1;
    double per_s = (double)done * 1000 / (double)took_ms;
    char left[40] = "?";

    if (per_s > 0 && done <= line->total)
        left_text((int64_t)((double)(line->total - done) / per_s), left, sizeof left);
    /* ECMA-48: erase the rest of the line */
    fprintf(line->out, "\r%" PRIu64 " of %" PRIu64 " %s, %.0f/s, %s left\033[K", done, line->total, line->what, per_s,
            left);
    fflush(line->out);
}

void progress_line_say(struct progress_line *line, uint64_t done, int64_t now_ms)
{
    if (line->out == NULL || now_ms - line->said_ms < REDRAW_MS)
        return;
    line->said_ms = now_ms;
    print_progress(line, done, now_ms);
}

void progress_line_end(struct progress_line *line)
{
    if (line->out != NULL)
        fputs("\r\033[K", line->out);
}
