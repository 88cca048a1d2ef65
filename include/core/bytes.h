/**
 * Borrowed bytes: a pointer and a length, nothing owned.
 *
 * `data == NULL` means absent (a Kafka null key or a tombstone's value); an empty string has a pointer and length 0.
 * Not NUL-terminated. The declaration of a `struct bytes` says what it borrows from.
 */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUSTUSE           __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct bytes {
    const uint8_t *data;
    size_t len;
};

/** The bytes of a NUL-terminated string; NULL gives absent bytes. */
static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif
