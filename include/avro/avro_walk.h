/**
 * A bounded walk over Avro binary along a plan: one step over one value at a time, everything checked, nothing believed.
 *
 * A function that returns false has put the rule that was broken (a static text) into `reason`; the walk is then over.
 * No allocation; what is given out borrows from the bytes.
 *
 * Source: Avro 1.11 specification, "Binary Encoding".
 */
#ifndef AVRO_AVRO_WALK_H
#define AVRO_AVRO_WALK_H

#include "avro/avro_plan.h"

/** Plain data, nothing to free. Starts as all zero but for the first three. A walk that is over stands at the byte where the rule was broken. */
struct avro_walk {
    const uint8_t *at;
    const uint8_t *end;
    const struct avro_node *nodes; /* the plan's */
    unsigned depth;                /* records, arrays and maps that are open */
    unsigned empty_values;         /* walked so far */
    bool ended;                    /* the bytes end before the value does */
    const char *reason;
};

/** Always false, so that a rule and its reason make one line. */
bool avro_walk_fail(struct avro_walk *walk, const char *reason);

MUSTUSE bool avro_walk_long(struct avro_walk *walk, int64_t *value);

/** The same bytes as a long, but refused beyond 32 bits. */
MUSTUSE bool avro_walk_int(struct avro_walk *walk, int64_t *value);

/** UTF-8 without NUL, else refused. */
MUSTUSE bool avro_walk_string(struct avro_walk *walk, struct bytes *string);

/** If `*node` is a union: steps over the index and puts the branch chosen into `*node`. */
MUSTUSE bool avro_walk_branch(struct avro_walk *walk, const struct avro_node **node);

/** Steps over any value. */
MUSTUSE bool avro_walk_value(struct avro_walk *walk, const struct avro_node *node);

/** The same for a node that is not a union: a branch. */
MUSTUSE bool avro_walk_kind(struct avro_walk *walk, const struct avro_node *node);

#endif
