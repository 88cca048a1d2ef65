/**
 * An Avro schema and those it refers to, and they to others, as one text. Pure: the caller fetches.
 *
 * The text is a union of all, each after those that it needs, the schema itself last, since Avro wants a type defined before
 * it is named. A schema without references is its own text; one that is a union is then the only branch of another.
 */
#ifndef REGISTRY_RESOLVE_H
#define REGISTRY_RESOLVE_H

#include "registry/answer.h"

#define RESOLVE_MAX   32 /* references in all */
#define RESOLVE_DEPTH 16 /* references of references … */

struct resolve_node {
    struct schema_answer schema;
    const struct reference *name; /* in the parent's schema; NULL: the first one */
    size_t parent;
    size_t next; /* which of its references is to be looked at */
    int depth;
    bool complete; /* with all that it needs */
};

struct resolve {
    struct resolve_node nodes[RESOLVE_MAX + 1];
    size_t count;
    size_t current;
    size_t order[RESOLVE_MAX + 1]; /* nodes as they became complete */
    size_t complete_count;
};

enum resolve_step {
    RESOLVE_WANTED,     /* fetch `wanted`, then resolve_add */
    RESOLVE_COMPLETE,   /* resolve_text has it */
    RESOLVE_IMPOSSIBLE, /* too many, too deep, or in a circle */
};

/** Takes `schema`. References of other types than Avro are not looked at. */
void resolve_begin(struct resolve *resolve, struct schema_answer *schema);

/** What is to be done; the same again until resolve_add. `wanted` is borrowed. */
MUSTUSE enum resolve_step resolve_next(struct resolve *resolve, const struct reference **wanted);

/** Takes the schema that was wanted. */
void resolve_add(struct resolve *resolve, struct schema_answer *schema);

/** When COMPLETE. The caller frees. */
MUSTUSE char *resolve_text(const struct resolve *resolve);

void resolve_free(struct resolve *resolve);

#endif
