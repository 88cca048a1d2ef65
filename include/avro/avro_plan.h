/**
 * A writer's schema made ready for walking bytes: one flat array of nodes, names resolved, built once when the schema
 * is loaded. Constant afterwards; any thread may read it.
 *
 * Why not avro-c's own tree on the hot path: it finds children through hash tables and named types through links.
 */
#ifndef AVRO_AVRO_PLAN_H
#define AVRO_AVRO_PLAN_H

#include "core/arena.h"
#include "core/outcome.h"

enum avro_kind {
    AVRO_KIND_NULL,
    AVRO_KIND_BOOLEAN,
    AVRO_KIND_INT,
    AVRO_KIND_LONG,
    AVRO_KIND_FLOAT,
    AVRO_KIND_DOUBLE,
    AVRO_KIND_BYTES,
    AVRO_KIND_STRING,
    AVRO_KIND_ENUM,
    AVRO_KIND_FIXED,
    AVRO_KIND_ARRAY,
    AVRO_KIND_MAP,
    AVRO_KIND_UNION,
    AVRO_KIND_RECORD,
};

struct avro_node {
    enum avro_kind kind;
    enum command_field field; /* which field of a command this is: only among the fields of a top record */
    uint32_t first;           /* index of the first child; children stand side by side */
    int64_t count; /* children (fields, branches, 1 for items or values); symbols of an enum; bytes of a fixed */
};

struct avro_plan {
    const struct avro_node *nodes;
    size_t count;
    uint32_t top; /* the node that a message begins with */
};

struct avro_obj_t; /* what avro-c's avro_schema_t points to */

/** Where in a schema messages begin. */
enum avro_top {
    AVRO_TOP_ALL, /* with the schema itself; if it is a union, with the index of a branch */
    /* With the last branch of a union, and no index: what comes before it are the types that it refers to. With the schema itself
     * if it is no union. A union that is a writer's schema is the last branch of another one, [["null", ...]]. */
    AVRO_TOP_LAST,
};

/**
 * The plan of `schema`; borrows nothing from it; all in `arena`. Commands are read from records, also from those that are a
 * branch of a union at the top. False and a static reason when the schema is none that a command could be read by (a field of
 * ours named twice, a type that refers to nothing).
 */
MUSTUSE bool avro_plan_make(struct avro_obj_t *schema, enum avro_top top, struct arena *arena, struct avro_plan *plan,
                            const char **reason);

#endif
