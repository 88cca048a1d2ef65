/**
 * A writer's schema prepared for walking bytes: one flat array of nodes with all names resolved. It is built once, when
 * the schema is loaded, and constant afterwards; any thread may read it.
 *
 * It exists because avro-c's own tree is too slow on the hot path: that tree finds children through hash tables and
 * named types through links.
 */
#ifndef AVRO_PLAN_H
#define AVRO_PLAN_H

#include "core/arena.h"

enum plan_kind {
    PLAN_NULL,
    PLAN_BOOLEAN,
    PLAN_INT,
    PLAN_LONG,
    PLAN_FLOAT,
    PLAN_DOUBLE,
    PLAN_BYTES,
    PLAN_STRING,
    PLAN_ENUM,
    PLAN_FIXED,
    PLAN_ARRAY,
    PLAN_MAP,
    PLAN_UNION,
    PLAN_RECORD,
};

struct plan_node {
    enum plan_kind kind;
    /* Which of the plan's names this field has, counted from 1; 0: none. Set only for fields of a top record */
    int name;
    uint32_t first; /* index of the first child; children stand side by side */
    int64_t count;  /* children (fields, branches, 1 for items or values); symbols of an enum; bytes of a fixed */
};

struct walk_plan {
    const struct plan_node *nodes;
    size_t count;
    uint32_t top; /* the node that a message begins with */
};

struct avro_obj_t; /* what avro-c's avro_schema_t points to */

/** Where in a schema messages begin. */
enum plan_top {
    PLAN_TOP_ALL, /* with the schema itself; if it is a union, with the index of a branch */
    /*
     * With the last branch of a union, and no index before it: the branches before it only define types that it refers
     * to. If the schema is no union, with the schema itself. (A union that is itself a writer's schema is the last
     * branch of another one, [["null", ...]].)
     */
    PLAN_TOP_LAST,
};

/**
 * Makes the plan of `schema`. It borrows nothing from the schema; all of it is in `arena`. `names`, ended by NULL, are
 * the fields to find in the record at the top, or in each record that is a branch of a union there. False and a static
 * reason when nothing could be read by the schema: one of these fields occurs twice, or a type refers to nothing.
 */
MUSTUSE bool walk_plan_make(struct avro_obj_t *schema, enum plan_top top, const char *const *names, struct arena *arena,
                            struct walk_plan *plan, const char **reason);

#endif
