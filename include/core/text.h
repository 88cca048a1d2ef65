/**
 * Owned NUL-terminated strings that live as long as the configuration. Memory that runs out ends the process. The
 * caller frees.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/bytes.h"

MUSTUSE char *text_copy(const char *text);

MUSTUSE char *text_copy_n(const char *text, size_t len);

MUSTUSE char *text_printf(const char *format, ...) PRINTF(1, 2);

/** Removes blanks at both ends, in place; returns the new beginning. */
MUSTUSE char *text_trim(char *text);

/** %41 becomes A, in place; what is no escape stays. An escape of NUL ends the text. */
void text_percent_decode(char *text);

static inline bool text_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

MUSTUSE bool text_ends(const char *text, const char *suffix);

#endif
