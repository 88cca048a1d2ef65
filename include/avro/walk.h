/**
 * A bounded walk over Avro binary along a plan: one step over one value at a time, everything checked, nothing believed.
 *
 * A function that returns false has put the rule that was broken (a static text) into `reason`; the walk is then over.
 * No allocation; what is given out borrows from the bytes.
 *
 * Source: Avro 1.11 specification, "Binary Encoding".
 */
#ifndef AVRO_WALK_H
#define AVRO_WALK_H

#include "avro/plan.h"

/** Plain data, nothing to free. Starts as all zero but for the first three. A walk that is over stands at the byte where the rule was broken. */
struct walk {
    const uint8_t *at;
    const uint8_t *end;
    const struct plan_node *nodes; /* the plan's */
    unsigned depth;                /* records, arrays and maps that are open */
    unsigned empty_values;         /* walked so far */
    bool ended;                    /* the bytes end before the value does */
    const char *reason;
};

/** Always false, so that a rule and its reason make one line. */
bool walk_fail(struct walk *walk, const char *reason);

MUSTUSE bool walk_long(struct walk *walk, int64_t *value);

/** The same bytes as a long, but refused beyond 32 bits. */
MUSTUSE bool walk_int(struct walk *walk, int64_t *value);

/** UTF-8 without NUL, else refused. */
MUSTUSE bool walk_string(struct walk *walk, struct bytes *string);

/** If `*node` is a union: steps over the index and puts the branch chosen into `*node`. */
MUSTUSE bool walk_branch(struct walk *walk, const struct plan_node **node);

/** Steps over any value. */
MUSTUSE bool walk_value(struct walk *walk, const struct plan_node *node);

/** The same for a node that is not a union: a branch. */
MUSTUSE bool walk_kind(struct walk *walk, const struct plan_node *node);

/** A walk that stands at the beginning of a message. */
struct walk walk_start(const struct walk_plan *plan, struct bytes message);

/** True when the message is one record of the plan, to its last byte: then avro-c, which believes every length, can read it. */
MUSTUSE bool walk_is_record(const struct walk_plan *plan, struct bytes message);

#endif
