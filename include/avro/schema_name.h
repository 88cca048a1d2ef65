/**
 * Names in the text of an Avro schema: of a type where it is defined, and where it is used.
 *
 * Pure; everything borrows from the text.
 *
 * Source: Avro 1.11 specification, "Names".
 */
#ifndef AVRO_SCHEMA_NAME_H
#define AVRO_SCHEMA_NAME_H

#include "core/bytes.h"

struct schema_name {
    struct bytes space; /* namespace; length 0 for none */
    const char *simple; /* the name without it */
};

/**
 * The name in full. One with a dot is full already; else `space` is its namespace (NULL: not given; "": none), else the
 * one `around`. What is defined inside a named type has that type's namespace around it.
 */
struct schema_name schema_name_of(const char *name, const char *space, struct bytes around);

/** "null", "long" and so on: words that no namespace applies to. */
bool schema_name_is_primitive(const char *name);

#endif
