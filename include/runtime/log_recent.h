/**
 * The last warnings and errors that this process has logged, for whoever looks at it later: the page's JSON, and with it
 * `sessiond report`.
 *
 * One for the process. Any thread may call, also while another one holds it: it never waits.
 */
#ifndef RUNTIME_LOG_RECENT_H
#define RUNTIME_LOG_RECENT_H

#include "runtime/log.h"

#define LOG_RECENT_COUNT   20
#define LOG_RECENT_MESSAGE 400

struct log_recent_line {
    int64_t time_us; /* since 1970 UTC */
    enum log_level level;
    char code[32];                    /* "" none */
    char message[LOG_RECENT_MESSAGE]; /* cut where it is longer; one line */
};

/** Where another thread is at it at this moment, the line is left out. */
void log_recent_add(enum log_level level, const char *code, const char *message);

/** Copies them, the oldest first; returns how many: 0 also when another thread is at it at this moment. */
size_t log_recent_copy(struct log_recent_line lines[static LOG_RECENT_COUNT]);

#endif
