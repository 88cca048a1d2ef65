#include "registry/resolve.h"

#include "core/memory.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

static void push(struct resolve *resolve, struct schema_answer *schema, struct resolve_node node)
{
    node.schema = *schema;
    *schema = (struct schema_answer){0};
    resolve->current = resolve->count;
    resolve->nodes[resolve->count++] = node;
}

void resolve_begin(struct resolve *resolve, struct schema_answer *schema)
{
    resolve->count = resolve->complete_count = 0;
    push(resolve, schema, (struct resolve_node){0});
}

static const struct resolve_node *find(const struct resolve *resolve, const struct reference *name)
{
    for (size_t i = 1; i < resolve->count; i++) {
        const struct reference *known = resolve->nodes[i].name;
        if (known->version == name->version && strcmp(known->subject, name->subject) == 0)
            return &resolve->nodes[i];
    }
    return NULL;
}

enum resolve_step resolve_next(struct resolve *resolve, const struct reference **wanted)
{
    for (;;) {
        struct resolve_node *node = &resolve->nodes[resolve->current];

        if (node->schema.type != SCHEMA_AVRO || node->next == node->schema.reference_count) {
            if (!node->complete)
                resolve->order[resolve->complete_count++] = resolve->current;
            node->complete = true;
            if (resolve->current == 0)
                return RESOLVE_COMPLETE;
            resolve->current = node->parent;
            continue;
        }
        *wanted = &node->schema.references[node->next];
        const struct resolve_node *known = find(resolve, *wanted);
        if (known == NULL)
            return resolve->count <= RESOLVE_MAX && node->depth < RESOLVE_DEPTH ? RESOLVE_WANTED : RESOLVE_IMPOSSIBLE;
        if (!known->complete) /* it is one of those that led here */
            return RESOLVE_IMPOSSIBLE;
        node->next++;
    }
}

void resolve_add(struct resolve *resolve, struct schema_answer *schema)
{
    struct resolve_node *parent = &resolve->nodes[resolve->current];
    const struct reference *name = &parent->schema.references[parent->next++];

    push(resolve, schema, (struct resolve_node){.name = name, .parent = resolve->current, .depth = parent->depth + 1});
}

static bool is_union(const char *schema)
{
    return schema[strspn(schema, " \t\r\n")] == '[';
}

char *resolve_text(const struct resolve *resolve)
{
    char *text = NULL;
    size_t size = 0;

    if (resolve->count == 1 && !is_union(resolve->nodes[0].schema.text))
        return text_copy(resolve->nodes[0].schema.text);
    FILE *out = memory_stream(&text, &size);
    for (size_t i = 0; i < resolve->complete_count; i++)
        fprintf(out, "%c%s", i == 0 ? '[' : ',', resolve->nodes[resolve->order[i]].schema.text);
    fputc(']', out);
    if (fclose(out) != 0)
        abort();
    return text;
}

void resolve_free(struct resolve *resolve)
{
    for (size_t i = 0; i < resolve->count; i++)
        schema_answer_free(&resolve->nodes[i].schema);
    resolve->count = 0;
}
