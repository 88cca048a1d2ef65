/**
 * Log lines to stderr: text for a terminal, else one JSON object a line (ECS field names: `@timestamp`, `log.level`,
 * `message`, `event.code`, …). Never a payload, a key or a secret. Any thread may log; a line is written whole.
 */
#ifndef RUNTIME_LOG_H
#define RUNTIME_LOG_H

#include "core/err.h"
#include "core/record.h"

enum log_format { LOG_AUTO, LOG_TEXT, LOG_JSON };
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/** Sets format and level, before the first thread is started. LOG_AUTO: text if stderr is a terminal, else JSON. */
void log_setup(enum log_format format, enum log_level level);

/** Changes the level from now on. Any thread. */
void log_set_level(enum log_level level);

/** Writes a line. `code` is a stable, greppable, static text such as "E-PG-08006", or NULL. */
void log_line(enum log_level level, const char *code, const char *format, ...) PRINTF(3, 4);

#define log_error(code, ...)   log_line(LOG_ERROR, code, __VA_ARGS__)
#define log_warning(code, ...) log_line(LOG_WARNING, code, __VA_ARGS__)
#define log_info(...)          log_line(LOG_INFO, NULL, __VA_ARGS__)
#define log_debug(...)         log_line(LOG_DEBUG, NULL, __VA_ARGS__)

/** Writes the line about an error: its code and its message. */
void log_err(enum log_level level, const struct err *err);

/** Writes a line about one record, which begins with "topic[partition]@offset (command UUID): ". */
void log_record(enum log_level level, const char *code, const struct record *record, const struct uuid *command_id,
                const char *format, ...) PRINTF(5, 6);

/**
 * True when a line of a kind that may repeat should be written now: at most one in 10 s for each `limit` (static, all
 * zero at first).
 * `*held_back` is how many were not written since the last one; the line should say so.
 */
struct log_limit {
    int64_t last_ms;
    uint64_t held_back;
};
MUSTUSE bool log_allowed(struct log_limit *limit, int64_t now_ms, uint64_t *held_back);

/** Writes a warning that may repeat: only when log_allowed allows it, and with " (N more held back)" after it. */
void log_limited(struct log_limit *limit, int64_t now_ms, const char *code, const char *format, ...) PRINTF(4, 5);

#endif
