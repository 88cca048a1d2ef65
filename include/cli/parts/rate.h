/**
 * How fast a tool works: at most so many records a second, and a line on a terminal that tells its progress.
 *
 * Times come in as arguments, in ms of the monotonic clock. Plain data.
 */
#ifndef CLI_PARTS_RATE_H
#define CLI_PARTS_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct rate {
    int64_t limit;      /* records a second; 0: no limit */
    int64_t started_ms; /* when the first one was allowed */
};

/** How many ms to wait before anything more may be done, when `done` records are done; 0: no wait. */
int64_t rate_wait_ms(const struct rate *rate, uint64_t done, int64_t now_ms);

/**
 * How many may be done at once so that the rate is smooth: as many as fit into a tenth of a second, at least 1, at most
 * `most`.
 */
int64_t rate_portion(int64_t limit, int64_t most);

struct progress_line {
    FILE *out; /* NULL: no terminal */
    const char *what;
    uint64_t total;
    int64_t started_ms;
    int64_t said_ms;
};

/** A line on standard error, when that is a terminal. */
struct progress_line progress_line_start(const char *what, uint64_t total, int64_t now_ms);

/** Redraws the line, five times a second at most. */
void progress_line_say(struct progress_line *line, uint64_t done, int64_t now_ms);

/** Removes it. */
void progress_line_end(struct progress_line *line);

#endif
