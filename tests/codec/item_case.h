/**
 * Batch items written as text, for the tables of the event and DLQ tests.
 *
 * In keys and headers `\xNN` is a byte and `\\` a backslash. A key `-` is absent. Headers are `name=value`, separated
 * by "; "; without `=` the header has no value; `-` is no headers at all.
 */
#ifndef TESTS_CODEC_ITEM_CASE_H
#define TESTS_CODEC_ITEM_CASE_H

#include "core/batch.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct bytes case_bytes(const char *text, struct arena *arena)
{
    size_t len = 0;
    char *out = arena_alloc(arena, strlen(text) + 1);

    for (const char *p = text; *p != 0;) {
        if (p[0] == '\\' && p[1] == 'x') {
            char hex[3] = {p[2], p[3], 0};
            out[len++] = (char)strtoul(hex, NULL, 16);
            p += 4;
        } else {
            p += p[0] == '\\';
            out[len++] = *p++;
        }
    }
    out[len] = 0;
    return (struct bytes){(const uint8_t *)out, len};
}

static inline struct header case_header(const char *text, struct arena *arena)
{
    const char *equals = strchr(text, '=');
    size_t name_len = equals == NULL ? strlen(text) : (size_t)(equals - text);

    return (struct header){
        .name = arena_copy(arena, (struct bytes){(const uint8_t *)text, name_len}),
        .value = equals == NULL ? (struct bytes){0} : case_bytes(equals + 1, arena),
    };
}

/* Gives the record the headers that `text` lists. */
static inline void case_headers(struct record *record, const char *text, struct arena *arena)
{
    char *rest = (char *)(uintptr_t)arena_copy(arena, bytes_of(text)).data;
    struct header *headers = arena_alloc(arena, (strlen(text) + 1) * sizeof *headers);

    record->headers = headers;
    record->header_count = 0;
    if (strcmp(text, "-") == 0)
        return;
    while (rest != NULL) {
        char *next = strstr(rest, "; ");
        if (next != NULL)
            *next = 0;
        headers[record->header_count++] = case_header(rest, arena);
        rest = next == NULL ? NULL : next + 2;
    }
}

/* "topic/partition/offset/timestamp in ms", as in the names of derived ids. */
static inline void case_position(struct record *record, const char *text, struct arena *arena)
{
    char *topic = (char *)(uintptr_t)arena_copy(arena, bytes_of(text)).data;
    char *slash = strchr(topic, '/');

    ck_assert_msg(slash != NULL, "not a position: %s", text);
    *slash = 0;
    record->topic = topic;
    ck_assert_msg(sscanf(slash + 1, "%" SCNd32 "/%" SCNd64 "/%" SCNd64, &record->partition, &record->offset,
                         &record->timestamp_ms) == 3,
                  "not a position: %s", text);
}

static inline struct bytes case_key(const char *text, struct arena *arena)
{
    return strcmp(text, "-") == 0 ? (struct bytes){0} : case_bytes(text, arena);
}

#endif
