/**
 * Puts an Avro schema and the schemas that it refers to, directly or not, into one text. Pure: the caller fetches.
 *
 * The text is a union of all of them. Each comes after those that it needs, and the schema itself is last, because Avro
 * wants a type defined before it is named. A schema without references is its own text; if it is a union, it becomes
 * the only branch of another union.
 */
#ifndef REGISTRY_RESOLVE_H
#define REGISTRY_RESOLVE_H

#include "registry/answer.h"

#define RESOLVE_MAX   32 /* references altogether */
#define RESOLVE_DEPTH 16 /* how deep references may refer to others */

struct resolve_node {
    struct schema_answer schema;
    const struct reference *name; /* its name in the parent's schema; NULL: the first one */
    size_t parent;
    size_t next; /* which of its references comes next */
    int depth;
    bool complete; /* all that it needs is there */
};

struct resolve {
    struct resolve_node nodes[RESOLVE_MAX + 1];
    size_t count;
    size_t current;
    size_t order[RESOLVE_MAX + 1]; /* nodes in the order in which they became complete */
    size_t complete_count;
};

enum resolve_step {
    RESOLVE_WANTED,     /* the caller fetches `wanted` and calls resolve_add */
    RESOLVE_COMPLETE,   /* resolve_text gives the result */
    RESOLVE_IMPOSSIBLE, /* too many, too deep, or in a circle */
};

/** Starts with `schema`, which it takes over. References of types other than Avro are ignored. */
void resolve_begin(struct resolve *resolve, struct schema_answer *schema);

/** What to do next; the same until resolve_add. `wanted` is borrowed. */
MUSTUSE enum resolve_step resolve_next(struct resolve *resolve, const struct reference **wanted);

/** Takes over the schema that was wanted. */
void resolve_add(struct resolve *resolve, struct schema_answer *schema);

/** The text, when COMPLETE. The caller frees. */
MUSTUSE char *resolve_text(const struct resolve *resolve);

void resolve_free(struct resolve *resolve);

#endif
