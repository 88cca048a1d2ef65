/**
 * Fields of a command written as text, for the tables of the core: a number, `absent` or `bad`.
 */
#ifndef TESTS_CORE_FIELD_CASE_H
#define TESTS_CORE_FIELD_CASE_H

#include "core/command.h"

#include <stdlib.h>

static inline struct field_int case_int(const char *text)
{
    if (strcmp(text, "absent") == 0)
        return (struct field_int){0};
    if (strcmp(text, "bad") == 0)
        return (struct field_int){.state = FIELD_INVALID};
    return (struct field_int){FIELD_VALUE, strtoll(text, NULL, 10)};
}

#endif
