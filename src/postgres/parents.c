#include "postgres/parents.h"

#include "postgres/rows.h"

#include <libpq-fe.h>
#include <stdlib.h>

void parents_begin(struct parents *parents)
{
    parents->id_count = 0;
    parents->found_count = 0;
}

void parents_free(struct parents *parents)
{
    free(parents->ids);
    free(parents->found);
    *parents = (struct parents){0};
}

void parents_add(struct parents *parents, int64_t id)
{
    if (parents->id_count == parents->id_capacity) {
        parents->id_capacity = 2 * parents->id_capacity + 64;
        parents->ids = reallocarray(parents->ids, parents->id_capacity, sizeof *parents->ids);
        if (parents->ids == NULL)
            abort();
    }
    parents->ids[parents->id_count++] = id;
}

/* The id is the first member of a parent. */
static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

void parents_query(struct parents *parents, struct array *ids)
{
    array_begin(ids, ARRAY_INT8);
    if (parents->id_count > 0)
        qsort(parents->ids, parents->id_count, sizeof *parents->ids, compare_ids);
    for (size_t i = 0; i < parents->id_count; i++)
        if (i == 0 || parents->ids[i] != parents->ids[i - 1])
            array_add_int8(ids, parents->ids[i]);
}

static struct parent read_parent(const PGresult *result, int row, struct arena *arena)
{
    struct parent parent = {.id = rows_int8(result, row, 0)};

    if (!PQgetisnull(result, row, 1))
        parent.name = arena_copy(arena, (struct bytes){(const uint8_t *)PQgetvalue(result, row, 1),
                                                       (size_t)PQgetlength(result, row, 1)});
    return parent;
}

void parents_take(struct parents *parents, const PGresult *result, struct arena *arena)
{
    size_t count = (size_t)PQntuples(result);

    if (parents->found_capacity < count) {
        parents->found = reallocarray(parents->found, count, sizeof *parents->found);
        if (parents->found == NULL)
            abort();
        parents->found_capacity = count;
    }
    parents->found_count = count;
    for (size_t i = 0; i < count; i++)
        parents->found[i] = read_parent(result, (int)i, arena);
    if (count > 0)
        qsort(parents->found, count, sizeof *parents->found, compare_ids);
}

const struct parent *parents_find(const struct parents *parents, int64_t id)
{
    if (parents->found_count == 0)
        return NULL;
    return bsearch(&id, parents->found, parents->found_count, sizeof *parents->found, compare_ids);
}
