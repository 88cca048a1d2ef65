/**
 * A bounded walk over Avro binary along a plan. Each call steps over one value; every length and index is checked.
 *
 * A function that returns false has put a static text into `reason` that names the broken rule; the walk is then over.
 * Nothing is allocated; results borrow from the bytes.
 *
 * Source: Avro 1.11 specification, "Binary Encoding".
 */
#ifndef AVRO_WALK_H
#define AVRO_WALK_H

#include "avro/plan.h"

/**
 * Plain data, nothing to free. All but the first three members start as zero. A walk that is over stands at the byte
 * where the rule was broken.
 */
struct walk {
    const uint8_t *at;
    const uint8_t *end;
    const struct plan_node *nodes; /* the plan's */
    unsigned depth;                /* records, arrays and maps that are open */
    unsigned empty_values;         /* how many were walked so far */
    bool ended;                    /* the bytes end before the value does */
    const char *reason;
};

/** Notes the broken rule. Always returns false, so that a check and its reason fit in one line. */
bool walk_fail(struct walk *walk, const char *reason);

MUSTUSE bool walk_long(struct walk *walk, int64_t *value);

/** Steps over an int. It is encoded as a long is, but refused when it is beyond 32 bits. */
MUSTUSE bool walk_int(struct walk *walk, int64_t *value);

/** Steps over a string. Refuses what is not UTF-8, and NUL. */
MUSTUSE bool walk_string(struct walk *walk, struct bytes *string);

/** If `*node` is a union: steps over the index and puts the chosen branch into `*node`. */
MUSTUSE bool walk_branch(struct walk *walk, const struct plan_node **node);

/** Steps over any value. */
MUSTUSE bool walk_value(struct walk *walk, const struct plan_node *node);

/** Steps over a value whose node is not a union, such as a branch that walk_branch has chosen. */
MUSTUSE bool walk_kind(struct walk *walk, const struct plan_node *node);

/** A walk that starts at the beginning of a message. */
struct walk walk_start(const struct walk_plan *plan, struct bytes message);

/**
 * True when the message is one record of the plan, to its last byte. Then avro-c, which does not check lengths, can
 * read it.
 */
MUSTUSE bool walk_is_record(const struct walk_plan *plan, struct bytes message);

#endif
