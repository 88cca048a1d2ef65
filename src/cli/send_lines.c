#include "cli/send_lines.h"

#include "cli/send_hint.h"
#include "codec/command_encode.h"
#include "codec/encoding.h"
#include "codec/command_json.h"
#include "json/scan.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define PROGRESS_MS 250

/*
 * The line without its end. Unless it is raw, it also loses the blanks around it and a byte order mark (which may stand
 * before any line, because files that begin with one may have been joined).
 */
static struct bytes trim(const struct send_lines *lines, const char *line, size_t len)
{
    if (lines->raw) {
        size_t ends = len > 0 && line[len - 1] == '\n';
        ends += ends > 0 && len > 1 && line[len - 2] == '\r';
        return (struct bytes){(const uint8_t *)line, len - ends};
    }
    size_t mark = encoding_mark((struct bytes){(const uint8_t *)line, len});
    line += mark;
    len -= mark;
    while (len > 0 && memchr(" \t\r\n", line[len - 1], 4) != NULL)
        len--;
    while (len > 0 && memchr(" \t", *line, 2) != NULL) {
        line++;
        len--;
    }
    return (struct bytes){(const uint8_t *)line, len};
}

/* The id in one spelling, so that it gets the same partition however it was spelt. */
static struct bytes key_of(const struct send_lines *lines, const struct command *command, char text[UUID_TEXT + 1])
{
    if (lines->key != NULL)
        return bytes_of(lines->key);
    if (command->command_id.state != FIELD_VALUE)
        return (struct bytes){0};
    uuid_format(&command->command_id.value, text);
    return bytes_of(text);
}

/* Any object is sent: the worker judges the fields, but a line that is not an object was never meant as a command. */
static bool is_object(struct bytes value)
{
    struct scanner scan = scan_start(value);

    return scan_peek(&scan) == '{' && scan_value(&scan) && scan_finish(&scan);
}

static bool bad_line(const struct send_lines *lines, uint64_t number, const char *reason, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_DATA, E_SEND_01, "%s:%" PRIu64 ": %s", lines->name, number, reason);
}

static bool not_an_object(const struct send_lines *lines, struct bytes value, uint64_t number, const char *reason,
                          struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_DATA, E_SEND_01,
                   "%s:%" PRIu64 ": no JSON object: %s\n  fix: one command a line; %s (--raw sends anything)",
                   lines->name, number, reason, send_hint(value));
}

static bool send_line(struct send_lines *lines, struct bytes value, uint64_t number, struct arena *arena,
                      struct err *err)
{
    struct command command = {0};
    char text[UUID_TEXT + 1];
    struct refusal refusal;
    const char *reason = NULL;
    bool decoded = command_json_decode(value, false, arena, &command, &refusal);

    if (!decoded) {
        command = (struct command){0};
        reason = refusal_text(&refusal, arena);
        if (!lines->raw && !is_object(value))
            return not_an_object(lines, value, number, reason, err);
    }
    if (lines->schemas != NULL &&
        !(decoded && command_encode_avro(lines->schemas, lines->schema_id, &command, arena, &value, &reason)))
        return bad_line(lines, number, reason, err);
    return sender_send(lines->sender, key_of(lines, &command, text), value, number, err);
}

static void show_progress(const struct send_lines *lines, uint64_t number, int64_t *shown_ms)
{
    /* The clock is read only once in a while: sending a line takes less than a microsecond. */
    if (!lines->progress || number % 256 != 0 || clock_ms() - *shown_ms < PROGRESS_MS)
        return;
    *shown_ms = clock_ms();
    fprintf(stderr, "\r%" PRIu64 " sent", sender_sent(lines->sender)->delivered);
}

/* When reading failed, or a signal has ended the writer too, the last line may be incomplete, and is not sent. */
static bool next_line(const struct send_lines *lines, char **line, size_t *size, ssize_t *len)
{
    if (stop_requested())
        return false;
    *len = getline(line, size, lines->file);
    return *len >= 0 && !ferror(lines->file) && !stop_requested();
}

static bool all_read(const struct send_lines *lines, struct err *err)
{
    if (stop_requested())
        return err_set(err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED, "interrupted while reading %s", lines->name);
    return !ferror(lines->file) ||
           err_set(err, ERR_STOP, EXIT_NOINPUT, E_SEND_02, "%s cannot be read: %s", lines->name, strerror(errno));
}

static bool send_all(struct send_lines *lines, struct err *err)
{
    struct arena arena = {0};
    char *line = NULL;
    size_t size = 0;
    uint64_t number = 0;
    int64_t shown_ms = 0;
    bool sent = true;
    ssize_t len;

    while (sent && next_line(lines, &line, &size, &len)) {
        number++;
        struct bytes value = trim(lines, line, (size_t)len);
        if (value.len > 0)
            sent = send_line(lines, value, number, &arena, err);
        arena_reset(&arena);
        show_progress(lines, number, &shown_ms);
    }
    sent = sent && all_read(lines, err);
    free(line);
    arena_free(&arena);
    return sent;
}

bool send_lines(struct send_lines *lines, struct err *err)
{
    struct err late;
    bool sent = send_all(lines, err);
    bool delivered = sender_finish(lines->sender, &late);

    if (lines->progress)
        fputs("\r\033[K", stderr);
    if (sent && !delivered)
        *err = late;
    if (sent && delivered)
        return true;
    if (err->reason == REASON_TOO_LARGE)
        err_prefix(err, "%s:%" PRIu64, lines->name, sender_sent(lines->sender)->refused);
    return false;
}
