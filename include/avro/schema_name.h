/**
 * Names of types in the text of an Avro schema, where a type is defined and where it is used.
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
    const char *simple; /* the name without its namespace */
};

/**
 * The full name. A name with a dot is full already. For any other name `space` is the namespace (NULL: not given; "":
 * none); without it the name has the namespace `around`. Types that are defined inside a named type have that type's
 * namespace around them.
 */
struct schema_name schema_name_of(const char *name, const char *space, struct bytes around);

/** "null", "long" and so on: words that never have a namespace. */
bool schema_name_is_primitive(const char *name);

#endif
