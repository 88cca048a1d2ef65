#include "runtime/log.h"

#include "runtime/clock.h"
#include "runtime/log_recent.h"
#include "core/decimal.h"
#include "json/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ECS_VERSION  "8.11.0"
#define MESSAGE_SIZE 2048
#define LINE_SIZE    (6 * MESSAGE_SIZE + 4096) /* enough for a message of control characters only */
#define REPEAT_MS    10000

/* It lives on the stack and needs no malloc, because the watchdog logs while any lock may be held. */
struct line {
    char text[LINE_SIZE];
    size_t len;
};

static bool as_json;
static _Atomic int highest = LOG_INFO;

void log_setup(enum log_format format, enum log_level level)
{
    as_json = format == LOG_JSON || (format == LOG_AUTO && isatty(STDERR_FILENO) == 0);
    log_set_level(level);
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&highest, (int)level, memory_order_relaxed);
}

static bool is_left_out(enum log_level level)
{
    return (int)level > atomic_load_explicit(&highest, memory_order_relaxed);
}

static void add(struct line *line, const char *format, ...) PRINTF(2, 3);
static void add(struct line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(line->text + line->len, sizeof line->text - line->len, format, args);
    va_end(args);
    if (len > 0)
        line->len += (size_t)len;
    if (line->len >= sizeof line->text)
        line->len = sizeof line->text - 1;
}

static void format_time(char text[static 32])
{
    int64_t now_us = clock_utc_us();
    time_t seconds = (time_t)(now_us / 1000000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    size_t len = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + len, 32 - len, ".%03dZ", (int)(now_us / 1000 % 1000));
}

/* What a line is about; `record` NULL: no record. */
struct subject {
    const struct record *record;
    const struct uuid *command_id;
};

static void write_subject(struct json_writer *json, const struct subject *subject)
{
    const struct record *record = subject->record;
    char partition[DECIMAL_TEXT], id[UUID_TEXT + 1];

    if (record == NULL)
        return;
    uuid_format(subject->command_id, id);

    partition[decimal_format(record->partition, partition)] = 0;
    write_member_text(json, "messaging.destination.name", record->topic);
    write_member_text(json, "messaging.destination.partition.id", partition);
    write_member_int(json, "kafka.offset", record->offset);
    write_member_text(json, "command.id", id);
}

static void format_json(struct line *line, enum log_level level, const char *code, const struct subject *subject,
                        const char *message)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char now[32];

    format_time(now);
    struct json_writer json = json_to_buffer(line->text, sizeof line->text - 1, JSON_LOG);
    write_object(&json);
    write_member_text(&json, "@timestamp", now);
    write_member_text(&json, "log.level", names[level]);
    write_member_text(&json, "message", message);
    write_member_text(&json, "ecs.version", ECS_VERSION);
    write_member_text(&json, "service.name", "sessiond");
    write_member_text(&json, "service.version", VERSION);
    if (code != NULL)
        write_member_text(&json, "event.code", code);
    write_subject(&json, subject);
    write_object_end(&json);
    json.end++; /* the line is always closed, whatever was left out */
    write_line_end(&json);
    line->len = (size_t)(json.at - line->text);
}

static void format_text(struct line *line, enum log_level level, const char *code, const char *message)
{
    static const char *const names[] = {"ERROR", "WARN", "INFO", "DEBUG"};
    char now[32];

    format_time(now);
    add(line, "%s %s ", now, names[level]);
    size_t begin = line->len;
    add(line, "%s", message);
    /* Names and messages of servers may contain escape sequences, on which a terminal must not act. */
    for (char *c = line->text + begin; *c != 0; c++)
        if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F)
            *c = '?';
    if (code != NULL)
        add(line, " [%s]", code);
    add(line, "\n");
}

/* A single write keeps the lines of several threads and processes apart. If a pipe is full, the rest follows. */
static void write_line(const struct line *line)
{
    for (size_t done = 0; done < line->len;) {
        ssize_t written = write(STDERR_FILENO, line->text + done, line->len - done);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            done += (size_t)written;
    }
}

static void log_message(enum log_level level, const char *code, const struct subject *subject, const char *message)
{
    struct line line;
    int saved_errno = errno;

    if (level <= LOG_WARNING)
        log_recent_add(level, code, message);
    line.len = 0;
    if (as_json)
        format_json(&line, level, code, subject, message);
    else
        format_text(&line, level, code, message);
    write_line(&line);
    errno = saved_errno;
}

void log_line(enum log_level level, const char *code, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;

    if (is_left_out(level))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    log_message(level, code, &(struct subject){NULL, NULL}, message);
}

void log_err(enum log_level level, const struct err *err)
{
    log_line(level, err->code, "%s", err->message);
}

void log_record(enum log_level level, const char *code, const struct record *record, const struct uuid *command_id,
                const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;

    if (is_left_out(level))
        return;
    size_t begin = strlen(record_label(record, command_id, message));
    begin += (size_t)snprintf(message + begin, sizeof message - begin, ": ");
    va_start(args, format);
    vsnprintf(message + begin, sizeof message - begin, format, args);
    va_end(args);
    log_message(level, code, &(struct subject){record, command_id}, message);
}

bool log_allowed(struct log_limit *limit, int64_t now_ms, uint64_t *held_back)
{
    if (limit->last_ms != 0 && now_ms - limit->last_ms < REPEAT_MS) {
        limit->held_back++;
        return false;
    }
    *held_back = limit->held_back;
    limit->held_back = 0;
    limit->last_ms = now_ms != 0 ? now_ms : 1;
    return true;
}

void log_limited(struct log_limit *limit, int64_t now_ms, const char *code, const char *format, ...)
{
    char message[MESSAGE_SIZE - 64];
    uint64_t held_back;
    va_list args;

    if (!log_allowed(limit, now_ms, &held_back))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    log_warning(code, "%s (%" PRIu64 " more held back)", message, held_back);
}
