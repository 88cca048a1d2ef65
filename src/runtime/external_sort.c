#include "runtime/external_sort.h"

#include "core/memory.h"
#include "runtime/temporary.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A part of the file that is sorted, and the piece of it that is in memory. */
struct run {
    off_t at;  /* where the rest of it begins */
    off_t end; /* equal to `at`: all of it is in memory */
    uint8_t *piece;
    size_t piece_count; /* records in memory */
    size_t next;        /* the first record in memory that was not taken yet */
};

struct external_sort {
    size_t record_size;
    size_t key_size;
    size_t capacity; /* of `memory`, in records; there is room for one more: the merge's present record */
    uint8_t *memory; /* owned; first the last records that were added, later the pieces of all runs */
    size_t count;    /* records in memory that belong to no run yet */
    int file;        /* -1: everything is in memory */
    off_t file_end;
    struct run *runs; /* owned */
    size_t run_count;
    size_t run_capacity;
    size_t *heap; /* owned; indexes of runs, the one with the smallest record first */
    size_t heap_count;
};

struct external_sort *external_sort_new(size_t record_size, size_t key_size, size_t memory)
{
    struct external_sort *sort = memory_zeroed(1, sizeof *sort);

    sort->record_size = record_size;
    sort->key_size = key_size;
    sort->capacity = memory / record_size > 1 ? memory / record_size : 2;
    sort->memory = malloc(sort->capacity * record_size);
    sort->file = -1;
    if (sort->memory == NULL)
        abort();
    return sort;
}

void external_sort_free(struct external_sort *sort)
{
    if (sort == NULL)
        return;
    if (sort->file >= 0)
        close(sort->file);
    free(sort->memory);
    free(sort->runs);
    free(sort->heap);
    free(sort);
}

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

static bool write_all(struct external_sort *sort, size_t size, struct err *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = pwrite(sort->file, sort->memory + done, size - done, sort->file_end + (off_t)done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return temporary_failed("write", err);
        done += (size_t)written;
    }
    sort->file_end += (off_t)size;
    return true;
}

static int compare(const void *a, const void *b, void *key_size)
{
    return memcmp(a, b, *(const size_t *)key_size);
}

static void sort_memory(struct external_sort *sort)
{
    qsort_r(sort->memory, sort->count, sort->record_size, compare, &sort->key_size);
}

static struct run *add_run(struct external_sort *sort)
{
    if (sort->run_count == sort->run_capacity) {
        sort->run_capacity = sort->run_capacity == 0 ? 16 : 2 * sort->run_capacity;
        sort->runs = memory_resized(sort->runs, sort->run_capacity, sizeof *sort->runs);
    }
    struct run *run = &sort->runs[sort->run_count++];
    *run = (struct run){0};
    return run;
}

static bool write_run(struct external_sort *sort, struct err *err)
{
    off_t at = sort->file_end;

    if (sort->count == 0)
        return true;
    sort_memory(sort);
    if ((sort->file < 0 && (sort->file = temporary_open(err)) < 0) ||
        !write_all(sort, sort->count * sort->record_size, err))
        return false;
    struct run *run = add_run(sort);
    run->at = at;
    run->end = sort->file_end;
    sort->count = 0;
    return true;
}

bool external_sort_add(struct external_sort *sort, const void *record, struct err *err)
{
    if (sort->count == sort->capacity && !write_run(sort, err))
        return false;
    memcpy(sort->memory + sort->count++ * sort->record_size, record, sort->record_size);
    return true;
}

/* ---- Merging ----------------------------------------------------------------------------------------------------- */

static const uint8_t *head(const struct external_sort *sort, size_t run)
{
    return sort->runs[run].piece + sort->runs[run].next * sort->record_size;
}

static bool before(const struct external_sort *sort, size_t a, size_t b)
{
    int order = memcmp(head(sort, a), head(sort, b), sort->key_size);

    return order < 0 || (order == 0 && a < b);
}

static void sink_down(struct external_sort *sort, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sort->heap_count; child++)
            if (before(sort, sort->heap[child], sort->heap[least]))
                least = child;
        if (least == at)
            return;
        size_t moved = sort->heap[at];
        sort->heap[at] = sort->heap[least];
        sort->heap[least] = moved;
        at = least;
    }
}

/* Reads the next piece of a run whose piece in memory is used up. */
static bool read_piece(struct external_sort *sort, struct run *run, struct err *err)
{
    size_t size = sort->capacity / sort->run_count * sort->record_size;

    if ((off_t)size > run->end - run->at)
        size = (size_t)(run->end - run->at);
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(sort->file, run->piece + done, size - done, run->at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return temporary_failed("read", err);
        done += (size_t)got;
    }
    run->at += (off_t)size;
    run->piece_count = size / sort->record_size;
    run->next = 0;
    return true;
}

/* Each run gets an equal share of the memory, and room for at least one record. */
static void share_memory(struct external_sort *sort)
{
    if (sort->capacity < sort->run_count) {
        sort->capacity = sort->run_count;
        free(sort->memory);
        sort->memory = malloc(sort->capacity * sort->record_size);
        if (sort->memory == NULL)
            abort();
    }
    size_t share = sort->capacity / sort->run_count * sort->record_size;
    for (size_t i = 0; i < sort->run_count; i++)
        sort->runs[i].piece = sort->memory + i * share;
}

static void build_heap(struct external_sort *sort)
{
    sort->heap = memory_zeroed(sort->run_count, sizeof *sort->heap);
    for (size_t i = 0; i < sort->run_count; i++)
        sort->heap[i] = i;
    sort->heap_count = sort->run_count;
    for (size_t i = sort->heap_count; i-- > 0;)
        sink_down(sort, i);
}

bool external_sort_start(struct external_sort *sort, struct err *err)
{
    if (sort->run_count == 0) {
        if (sort->count == 0)
            return true;
        sort_memory(sort);
        struct run *only = add_run(sort);
        only->piece = sort->memory;
        only->piece_count = sort->count;
    } else {
        if (!write_run(sort, err))
            return false;
        share_memory(sort);
        for (size_t i = 0; i < sort->run_count; i++)
            if (!read_piece(sort, &sort->runs[i], err))
                return false;
    }
    build_heap(sort);
    return true;
}

const void *external_sort_peek(const struct external_sort *sort)
{
    return sort->heap_count == 0 ? NULL : head(sort, sort->heap[0]);
}

bool external_sort_next(struct external_sort *sort, struct err *err)
{
    struct run *run = &sort->runs[sort->heap[0]];

    run->next++;
    if (run->next == run->piece_count && run->at == run->end)
        sort->heap[0] = sort->heap[--sort->heap_count];
    else if (run->next == run->piece_count && !read_piece(sort, run, err))
        return false;
    if (sort->heap_count > 0)
        sink_down(sort, 0);
    return true;
}
