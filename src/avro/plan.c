#include "avro/plan.h"

#include <avro.h>

/* While a plan is made: the schema of each node, to find the node that a link refers to. */
struct making {
    struct plan_node *nodes;
    avro_schema_t *schemas;
    const char *const *names;
    size_t used;
};

static size_t child_count(avro_schema_t schema)
{
    switch (avro_typeof(schema)) {
    case AVRO_RECORD: return avro_schema_record_size(schema);
    case AVRO_UNION: return avro_schema_union_size(schema);
    case AVRO_ARRAY:
    case AVRO_MAP: return 1;
    default: return 0;
    }
}

static avro_schema_t child(avro_schema_t schema, size_t index)
{
    switch (avro_typeof(schema)) {
    case AVRO_RECORD: return avro_schema_record_field_get_by_index(schema, (int)index);
    case AVRO_UNION: return avro_schema_union_branch(schema, (int)index);
    case AVRO_ARRAY: return avro_schema_array_items(schema);
    default: return avro_schema_map_values(schema);
    }
}

static size_t node_count(avro_schema_t schema)
{
    size_t count = 1;

    for (size_t i = 0; i < child_count(schema); i++)
        count += node_count(child(schema, i));
    return count;
}

static enum plan_kind kind_of(avro_schema_t schema)
{
    switch (avro_typeof(schema)) {
    case AVRO_BOOLEAN: return PLAN_BOOLEAN;
    case AVRO_INT32: return PLAN_INT;
    case AVRO_INT64: return PLAN_LONG;
    case AVRO_FLOAT: return PLAN_FLOAT;
    case AVRO_DOUBLE: return PLAN_DOUBLE;
    case AVRO_BYTES: return PLAN_BYTES;
    case AVRO_STRING: return PLAN_STRING;
    case AVRO_ENUM: return PLAN_ENUM;
    case AVRO_FIXED: return PLAN_FIXED;
    case AVRO_ARRAY: return PLAN_ARRAY;
    case AVRO_MAP: return PLAN_MAP;
    case AVRO_UNION: return PLAN_UNION;
    case AVRO_RECORD: return PLAN_RECORD;
    default: return PLAN_NULL;
    }
}

static int64_t count_of(avro_schema_t schema)
{
    switch (avro_typeof(schema)) {
    case AVRO_ENUM: return avro_schema_enum_number_of_symbols(schema);
    case AVRO_FIXED: return avro_schema_fixed_size(schema);
    default: return (int64_t)child_count(schema);
    }
}

static void fill(struct making *making, size_t index, avro_schema_t schema)
{
    size_t children = child_count(schema), first = making->used;

    making->used += children;
    making->schemas[index] = schema;
    making->nodes[index] = (struct plan_node){kind_of(schema), 0, (uint32_t)first, count_of(schema)};
    for (size_t i = 0; i < children; i++)
        fill(making, first + i, child(schema, i));
}

/* A second mention of a named type is a link. Its node becomes a copy of the first mention's node. */
static bool resolve_links(struct making *making)
{
    for (size_t i = 0; i < making->used; i++) {
        if (avro_typeof(making->schemas[i]) != AVRO_LINK)
            continue;
        avro_schema_t target = avro_schema_link_target(making->schemas[i]);
        size_t at = 0;
        while (at < making->used && making->schemas[at] != target)
            at++;
        if (at == making->used)
            return false;
        making->nodes[i] = making->nodes[at];
    }
    return true;
}

static avro_schema_t target_of(avro_schema_t schema)
{
    return avro_typeof(schema) == AVRO_LINK ? avro_schema_link_target(schema) : schema;
}

static bool name_fields(struct making *making, uint32_t record)
{
    avro_schema_t schema = target_of(making->schemas[record]);
    struct plan_node *children = &making->nodes[making->nodes[record].first];

    for (int name = 0; making->names[name] != NULL; name++) {
        int seen = 0;
        for (size_t i = 0; i < child_count(schema); i++) {
            if (strcmp(avro_schema_record_field_name(schema, (int)i), making->names[name]) != 0)
                continue;
            children[i].name = name + 1;
            seen++;
        }
        if (seen > 1)
            return false;
    }
    return true;
}

/* Marks the fields of each record that a message may be: the schema itself, or any branch of its union. */
static bool name_top(struct making *making, uint32_t top)
{
    const struct plan_node *node = &making->nodes[top];

    if (node->kind == PLAN_RECORD)
        return name_fields(making, top);
    for (uint32_t i = 0; node->kind == PLAN_UNION && i < (uint64_t)node->count; i++)
        if (making->nodes[node->first + i].kind == PLAN_RECORD && !name_fields(making, node->first + i))
            return false;
    return true;
}

bool walk_plan_make(struct avro_obj_t *schema, enum plan_top top, const char *const *names, struct arena *arena,
                    struct walk_plan *plan, const char **reason)
{
    size_t count = node_count(schema);
    struct making making = {arena_alloc(arena, count * sizeof *making.nodes),
                            arena_alloc(arena, count * sizeof *making.schemas), names, 1};

    fill(&making, 0, schema);
    if (!resolve_links(&making)) {
        *reason = "a type refers to nothing";
        return false;
    }
    uint32_t first = 0;
    if (top == PLAN_TOP_LAST && making.nodes[0].kind == PLAN_UNION && making.nodes[0].count > 0)
        first = making.nodes[0].first + (uint32_t)making.nodes[0].count - 1;
    if (!name_top(&making, first)) {
        *reason = "a field is named twice";
        return false;
    }
    *plan = (struct walk_plan){making.nodes, count, first};
    return true;
}
