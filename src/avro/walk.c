#include "avro/walk.h"

#include "core/utf8.h"

#define DEPTH_MAX 64

/* Values that take no bytes (null, an empty record) cost their sender nothing: a block may claim 2^62 of them. */
#define EMPTY_VALUES_MAX 4096

bool walk_fail(struct walk *walk, const char *reason)
{
    walk->reason = reason;
    return false;
}

static bool ends_too_early(struct walk *walk)
{
    walk->ended = true;
    return walk_fail(walk, "more bytes are expected by the writer's schema");
}

/* ---- Primitive values ---- */

/* Steps over `length` bytes if there are that many. */
static bool take(struct walk *walk, int64_t length, struct bytes *bytes)
{
    if (length < 0)
        return walk_fail(walk, "a negative length in the Avro value");
    if ((uint64_t)length > (uint64_t)(walk->end - walk->at))
        return ends_too_early(walk);
    *bytes = (struct bytes){walk->at, (size_t)length};
    walk->at += length;
    return true;
}

static bool skip(struct walk *walk, int64_t length)
{
    struct bytes skipped;

    return take(walk, length, &skipped);
}

/* Zigzag, seven bits a byte, the lowest first: at most ten bytes, the tenth with one bit only. */
bool walk_long(struct walk *walk, int64_t *value)
{
    uint64_t bits = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (walk->at == walk->end)
            return ends_too_early(walk);
        uint8_t byte = *walk->at++; /* NOLINT(clang-analyzer-core.NullDereference): at is not end */
        if (shift == 63 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *value = (int64_t)(bits >> 1 ^ (0 - (bits & 1)));
            return true;
        }
    }
    return walk_fail(walk, "an Avro integer beyond 64 bits");
}

bool walk_int(struct walk *walk, int64_t *value)
{
    if (!walk_long(walk, value))
        return false;
    return (*value >= INT32_MIN && *value <= INT32_MAX) || walk_fail(walk, "an Avro int beyond 32 bits");
}

/* Reads an index into `count` things: a union's branch, or an enum's symbol. */
static bool take_index(struct walk *walk, int64_t count, int64_t *index)
{
    if (!walk_long(walk, index))
        return false;
    return (*index >= 0 && *index < count) || walk_fail(walk, "an Avro union or enum index out of range");
}

static bool take_bytes(struct walk *walk, struct bytes *bytes)
{
    int64_t length;

    return walk_long(walk, &length) && take(walk, length, bytes);
}

bool walk_string(struct walk *walk, struct bytes *string)
{
    if (!take_bytes(walk, string))
        return false;
    if (utf8_is_well_formed(*string))
        return true;
    walk->at = string->data;
    return walk_fail(walk, "a string that is not UTF-8");
}

static bool skip_boolean(struct walk *walk)
{
    struct bytes byte;

    if (!take(walk, 1, &byte))
        return false;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): take() has set it */
    return *byte.data <= 1 || walk_fail(walk, "an Avro boolean that is neither 0 nor 1");
}

/* The value of a union is the value of the chosen branch; a union never contains a union. */
bool walk_branch(struct walk *walk, const struct plan_node **node)
{
    int64_t branch;

    if ((*node)->kind != PLAN_UNION)
        return true;
    if (!take_index(walk, (*node)->count, &branch))
        return false;
    *node = &walk->nodes[(*node)->first + (uint32_t)branch];
    return true;
}

/* ---- Any value, skipped ---- */

static bool enter(struct walk *walk)
{
    if (walk->depth == DEPTH_MAX)
        return walk_fail(walk, "Avro values nested deeper than 64");
    walk->depth++;
    return true;
}

static bool skip_record(struct walk *walk, const struct plan_node *record)
{
    if (!enter(walk))
        return false;
    for (uint32_t i = 0; i < (uint64_t)record->count; i++)
        if (!walk_value(walk, &walk->nodes[record->first + i]))
            return false;
    walk->depth--;
    return true;
}

static bool skip_item(struct walk *walk, const struct plan_node *container)
{
    struct bytes key;

    if (container->kind == PLAN_MAP && !walk_string(walk, &key))
        return false;
    return walk_value(walk, &walk->nodes[container->first]);
}

/*
 * Reads the count before a block. A negative count is followed by the block's size in bytes; `*block_end` is then where
 * the block must end.
 */
static bool take_count(struct walk *walk, int64_t *count, const uint8_t **block_end)
{
    int64_t size;

    *block_end = NULL;
    if (!walk_long(walk, count))
        return false;
    if (*count >= 0)
        return true;
    if (*count == INT64_MIN)
        return walk_fail(walk, "an Avro block count out of range");
    *count = -*count;
    if (!walk_long(walk, &size))
        return false;
    if (size < 0 || size > walk->end - walk->at)
        return ends_too_early(walk);
    *block_end = walk->at + size;
    return true;
}

/*
 * Skips blocks of items, up to the one with the count 0. Some readers rely on a block's size and some do not, so it
 * must be true.
 */
static bool skip_blocks(struct walk *walk, const struct plan_node *container)
{
    const uint8_t *block_end;
    int64_t count;

    if (!enter(walk))
        return false;
    do {
        if (!take_count(walk, &count, &block_end))
            return false;
        for (int64_t i = 0; i < count; i++)
            if (!skip_item(walk, container))
                return false;
        if (block_end != NULL && walk->at != block_end)
            return walk_fail(walk, "an Avro block that is not of the size it claims");
    } while (count != 0);
    walk->depth--;
    return true;
}

bool walk_kind(struct walk *walk, const struct plan_node *node)
{
    struct bytes bytes;
    int64_t number;

    switch (node->kind) {
    case PLAN_NULL: return true;
    case PLAN_BOOLEAN: return skip_boolean(walk);
    case PLAN_INT: return walk_int(walk, &number);
    case PLAN_LONG: return walk_long(walk, &number);
    case PLAN_FLOAT: return skip(walk, 4);
    case PLAN_DOUBLE: return skip(walk, 8);
    case PLAN_BYTES: return take_bytes(walk, &bytes);
    case PLAN_STRING: return walk_string(walk, &bytes);
    case PLAN_ENUM: return take_index(walk, node->count, &number);
    case PLAN_FIXED: return skip(walk, node->count);
    case PLAN_ARRAY:
    case PLAN_MAP: return skip_blocks(walk, node);
    case PLAN_RECORD: return skip_record(walk, node);
    case PLAN_UNION: break;
    }
    return walk_fail(walk, "an Avro union inside a union");
}

bool walk_value(struct walk *walk, const struct plan_node *node)
{
    const uint8_t *start = walk->at;

    if (!walk_branch(walk, &node) || !walk_kind(walk, node))
        return false;
    if (walk->at == start && ++walk->empty_values > EMPTY_VALUES_MAX)
        return walk_fail(walk, "too many Avro values that take no bytes");
    return true;
}

struct walk walk_start(const struct walk_plan *plan, struct bytes message)
{
    return (struct walk){
        .at = message.data,
        .end = message.len == 0 ? message.data : message.data + message.len,
        .nodes = plan->nodes,
    };
}

bool walk_is_record(const struct walk_plan *plan, struct bytes message)
{
    struct walk walk = walk_start(plan, message);
    const struct plan_node *node = &plan->nodes[plan->top];

    return walk_branch(&walk, &node) && node->kind == PLAN_RECORD && walk_kind(&walk, node) && walk.at == walk.end;
}
