/**
 * Whether a reader with one Avro schema can read everything that was written with another, and where not.
 *
 * The rules are those of schema resolution: named types by their unqualified name or an alias of the reader's, fields by name, else
 * by an alias of the reader's, else by the reader's default; enum symbols by name, else the reader's default; int to long to float to
 * double, string and bytes both ways; of a writer's union every branch has to be readable, a reader's union needs one that can.
 *
 * Stricter in one thing: two logical types that differ (timestamp-millis, timestamp-micros; decimals of another scale) do not
 * match. The bytes would be read, as something else.
 *
 * Pure, any thread. Source: Avro 1.11 specification, "Schema Resolution", "Aliases".
 */
#ifndef AVRO_COMPATIBLE_H
#define AVRO_COMPATIBLE_H

#include "core/bytes.h"

#define DIFFERENCES_MAX 8
#define DIFFERENCE_TEXT 256

/** What cannot be read, in the reader's order of fields. Plain data. */
struct differences {
    size_t count; /* of which at most DIFFERENCES_MAX are in `text` */
    char text[DIFFERENCES_MAX]
             [DIFFERENCE_TEXT]; /* "session.group_id: ..."; printable ASCII; items are [], map values {} */
};

/**
 * Both are texts of schemas. A text that is no schema, or that refers to a type it does not define, is a difference too.
 */
MUSTUSE bool compatible(struct bytes reader, struct bytes writer, struct differences *differences);

#endif
